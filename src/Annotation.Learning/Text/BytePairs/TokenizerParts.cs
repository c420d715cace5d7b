namespace Annotation.Learning.Text.BytePairs;

/// <summary>What a folder's tokenizer files say.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Pieces and merges.</summary>
    internal required BpeModel Model { get; init; }

    /// <summary>Tokens that are found before merging.</summary>
    internal required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>Changes a text that begins a document, or does not.</summary>
    internal Func<bool, string, string> Normalize { get; init; } = (_, text) => text;

    /// <summary>Cuts a text that begins a document, or does not, into pieces.</summary>
    internal Func<bool, string, IEnumerable<string>> Cut { get; init; } = (_, text) => [text];

    /// <summary>Whether the characters of pieces spell bytes.</summary>
    internal required bool SpellsBytes { get; init; }

    /// <summary>Whether the files themselves say that documents begin with bos; null when they say nothing.</summary>
    internal bool? StartsWithBos { get; init; }

    internal int BosId { get; init; }

    internal int EosId { get; init; }

    internal int PadId { get; init; }

    internal bool AddsBos { get; init; }

    /// <summary>The chat template in Jinja; null when there is none.</summary>
    internal string? ChatTemplate { get; init; }

    /// <summary>The files as they were read, by name; saved as they are.</summary>
    internal IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();
}
