namespace Annotation.Learning.Text;

/// <summary>Turns text into token ids and back. Instances are immutable and may be shared between threads.</summary>
public abstract class Tokenizer
{
    /// <summary>Number of ids; every id is in <c>[0, VocabularySize)</c>.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Stands before every document.</summary>
    public abstract int BosId { get; }

    /// <summary>Ends a completion.</summary>
    public abstract int EosId { get; }

    /// <summary>Fills the rows of a batch. No text encodes to it.</summary>
    public abstract int PadId { get; }

    /// <summary>What stands before a document's text: the beginning-of-document id, or nothing where the vocabulary's models never saw one.</summary>
    public virtual IReadOnlyList<int> DocumentStart => [BosId];

    /// <summary>The ids of a text that begins a document, without the beginning-of-document id.</summary>
    public abstract IReadOnlyList<int> Encode(string text);

    /// <summary>The ids of a text that continues another one. The same as <see cref="Encode"/> where position does not matter.</summary>
    public virtual IReadOnlyList<int> EncodeContinuation(string text) => Encode(text);

    /// <summary>The text of these ids; special ids are left out, and bytes that are not UTF-8 become U+FFFD.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids);

    /// <summary>The id that opens a turn of this role, or null when the tokenizer has no such ids.</summary>
    public virtual int? RoleId(string role) => null;

    /// <summary>The id of a special token by its text, or null when there is none.</summary>
    public virtual int? SpecialId(string token) => null;

    /// <summary>Whether each id stands for the same text in both: two vocabularies of one size are not yet the same.</summary>
    public bool HasIdsOf(Tokenizer other) =>
        ReferenceEquals(this, other)
        || GetType() == other.GetType()
            && (VocabularySize, BosId, EosId, PadId) == (other.VocabularySize, other.BosId, other.EosId, other.PadId)
            && Enumerable.Range(0, VocabularySize).All(id => Decode([id]) == other.Decode([id]));

    /// <summary>Writes the tokenizer's files into a model folder.</summary>
    public abstract void Save(string folder);

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <exception cref="ModelFolderException">The folder has no tokenizer that is known here, or a broken one.</exception>
    public static Tokenizer Load(string folder) =>
        SentencePieceTokenizer.TryLoad(folder)
        ?? (Tokenizer?)ByteTokenizer.TryLoad(folder)
        ?? WordTokenizer.TryLoad(folder)
        ?? (Tokenizer?)TokenizerFiles.TryLoad(folder)
        ?? throw new ModelFolderException(
            folder,
            $"no tokenizer found: expected tokenizer.json, tokenizer.model, vocab.json with merges.txt, {SentencePieceTokenizer.FileName}, "
                + $"tok512.json or tok512.bin, or {ByteTokenizer.FileName} of a byte or word tokenizer"
        );
}
