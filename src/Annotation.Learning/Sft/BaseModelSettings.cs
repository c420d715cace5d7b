using System.ComponentModel.DataAnnotations;

namespace Annotation.Learning.Sft;

/// <summary>What a base model reads.</summary>
public enum Corpus
{
    /// <summary>The demo's own world, written without end from a seed.</summary>
    Demo,

    /// <summary>The project's demonstrations, prompts and completions alike.</summary>
    Project,
}

/// <summary>What turns a base model's texts into ids.</summary>
public enum BaseTokenizer
{
    /// <summary>One id for each frequent word, bytes for the rest.</summary>
    Words,

    /// <summary>Byte-pair encoding learned from the same texts, with conversations in the form ChatML.</summary>
    Bpe,
}

/// <summary>
/// Settings of a base model that is trained from nothing on plain text. The defaults are the recipe of <c>tiny</c>, with
/// seed 1.
/// </summary>
public sealed record BaseModelSettings : SftSettings, IValidatableObject
{
    /// <summary>The recipe of <c>tiny</c>.</summary>
    public BaseModelSettings() => (LearningRate, Epochs, BatchSize, MaxLength, ValidationsPerEpoch, Patience) = (3e-3, 1, 32, 128, 10, 100);

    /// <summary>What it reads.</summary>
    public Corpus Corpus { get; init; } = Corpus.Demo;

    /// <summary>Documents of the demo corpus to learn from; they follow the validation documents in the corpus.</summary>
    [Range(1, 100_000_000)]
    public int Documents { get; init; } = 120_000;

    /// <summary>Documents the demo corpus starts with, of which only the loss is measured.</summary>
    [Range(1, 1_000_000)]
    public int ValidationDocuments { get; init; } = 300;

    /// <summary>Size of the hidden state.</summary>
    [Range(8, 16384)]
    public int HiddenSize { get; init; } = 104;

    /// <summary>Number of blocks.</summary>
    [Range(1, 256)]
    public int Layers { get; init; } = 6;

    /// <summary>Number of attention heads; each gets an even part of the hidden state.</summary>
    [Range(1, 256)]
    public int Heads { get; init; } = 4;

    /// <summary>Positions the model knows.</summary>
    [Range(8, 131072)]
    public int ContextLength { get; init; } = 256;

    /// <summary>Documents, from the first on, whose words make the vocabulary.</summary>
    [Range(1, 100_000_000)]
    public int VocabularyDocuments { get; init; } = 8_000;

    /// <summary>How often a word must occur in them to become one token; rarer ones are spelled in bytes.</summary>
    [Range(1, 1_000_000)]
    public int WordOccurrences { get; init; } = 20;

    /// <summary>What turns texts into ids.</summary>
    public BaseTokenizer Tokenizer { get; init; } = BaseTokenizer.Words;

    /// <summary>Ids of a byte-pair vocabulary: 3 special tokens, 256 bytes, and merges; fewer where the texts have no more pairs.</summary>
    [Range(259, 1_000_000)]
    public int VocabularySize { get; init; } = 4096;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HiddenSize % (2 * Heads) != 0)
        {
            yield return new ValidationResult(
                $"{HiddenSize} cannot be shared by {Heads} Heads of an even size; choose a multiple of {2 * Heads}.",
                [nameof(HiddenSize)]
            );
        }
        if (Targets != SftTargets.Completion)
        {
            yield return new ValidationResult("a base model learns every token of its texts; leave it out.", [nameof(Targets)]);
        }
    }
}
