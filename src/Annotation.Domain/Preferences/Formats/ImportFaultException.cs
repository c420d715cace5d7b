namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// What is wrong with a line. Thrown by readers deep inside a document and turned, in one place, into a rejected row
/// or into the refusal of the whole file.
/// </summary>
/// <param name="reason">One line that names the field.</param>
/// <param name="wholeFile">True when the file contradicts itself, so that none of it can be trusted.</param>
public sealed class ImportFaultException(string reason, bool wholeFile = false) : Exception(reason)
{
    /// <summary>Whether the whole file is to be refused.</summary>
    public bool WholeFile { get; } = wholeFile;
}
