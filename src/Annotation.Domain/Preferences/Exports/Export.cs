namespace Annotation.Domain.Preferences.Exports;

/// <summary>Data on its way out: what exactly it is, and its lines as they are asked for.</summary>
/// <param name="Snapshot">Id of the preference set, <c>demonstrations@TIME</c>, or <c>answers@HASH</c> where nothing is ranked: the same snapshot gives the same lines.</param>
/// <param name="ContentHash">SHA-256 over the content, 64 hexadecimal digits; the same for every format.</param>
/// <param name="Lines">Without line ends.</param>
public sealed record Export(string Snapshot, string ContentHash, IAsyncEnumerable<string> Lines);
