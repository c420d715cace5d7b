namespace Annotation.Demo.Recipes;

/// <summary>
/// How the base model <c>tiny</c> is made: <c>train base --corpus demo --seed 1</c> with these numbers makes the committed weights.
/// A Llama-shaped model over words and bytes that reads <see cref="Documents"/> documents of the corpus once, packed into rows of
/// MaxLength tokens, every token a target.
/// </summary>
public static class TinyRecipe
{
    /// <summary>Size of the hidden state.</summary>
    public const int HiddenSize = 104;

    /// <summary>Number of blocks.</summary>
    public const int Layers = 6;

    /// <summary>Number of heads.</summary>
    public const int Heads = 4;

    /// <summary>Positions the model knows.</summary>
    public const int ContextLength = 256;

    /// <summary>Documents to learn from; they follow the validation documents in the corpus.</summary>
    public const int Documents = 120_000;

    /// <summary>Documents the corpus starts with, of which only the loss is measured.</summary>
    public const int ValidationDocuments = 300;

    /// <summary>Documents, from the first on, whose words make the vocabulary.</summary>
    public const int VocabularyDocuments = 8_000;

    /// <summary>How often a word must occur in them to become one token.</summary>
    public const int WordOccurrences = 20;

    /// <summary>The supervised trainer's settings, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Settings { get; } =
    [
        new("LearningRate", "0.003"),
        new("Epochs", "1"),
        new("BatchSize", "32"),
        new("MaxLength", "128"),
        new("ValidationsPerEpoch", "10"),
        new("Patience", "100"),
    ];
}
