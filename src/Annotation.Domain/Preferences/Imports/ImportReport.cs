namespace Annotation.Domain.Preferences.Imports;

/// <summary>What an import did with the rows of a file.</summary>
/// <param name="Landed">Rankings, demonstrations or prompts stored.</param>
/// <param name="Repeated">Those that were there already, or stood in the file before, and were not stored again.</param>
/// <param name="Rejected">Lines that were left out, with the reason.</param>
public sealed record ImportReport(int Landed, int Repeated, IReadOnlyList<RejectedRow> Rejected);

/// <summary>A line that was not imported.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Reason">One line that names the field.</param>
public sealed record RejectedRow(long Line, string Reason);
