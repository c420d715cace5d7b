using System.ComponentModel.DataAnnotations;
using Annotation.Demo.Recipes;

namespace Annotation.Jobs.Training;

/// <summary>What a base model reads.</summary>
public enum Corpus
{
    /// <summary>The demo's own world, written without end from a seed.</summary>
    Demo,

    /// <summary>The project's demonstrations, prompts and completions alike.</summary>
    Project,
}

/// <summary>Shape and reading of a base model that is trained from nothing; the defaults make <c>tiny</c>.</summary>
public sealed record BaseModelSettings
{
    /// <summary>What it reads.</summary>
    public Corpus Corpus { get; init; } = Corpus.Demo;

    /// <summary>Documents of the demo corpus to learn from.</summary>
    [Range(1, 100_000_000)]
    public int Documents { get; init; } = TinyRecipe.Documents;

    /// <summary>Documents of the demo corpus, before those, to measure the loss on.</summary>
    [Range(1, 1_000_000)]
    public int ValidationDocuments { get; init; } = TinyRecipe.ValidationDocuments;

    /// <summary>Size of the hidden state.</summary>
    [Range(8, 16384)]
    public int HiddenSize { get; init; } = TinyRecipe.HiddenSize;

    /// <summary>Number of blocks.</summary>
    [Range(1, 256)]
    public int Layers { get; init; } = TinyRecipe.Layers;

    /// <summary>Number of attention heads; divides the hidden size.</summary>
    [Range(1, 256)]
    public int Heads { get; init; } = TinyRecipe.Heads;

    /// <summary>Positions the model knows.</summary>
    [Range(8, 131072)]
    public int ContextLength { get; init; } = TinyRecipe.ContextLength;

    /// <summary>Documents, from the first on, whose words make the vocabulary.</summary>
    [Range(1, 100_000_000)]
    public int VocabularyDocuments { get; init; } = TinyRecipe.VocabularyDocuments;

    /// <summary>How often a word must occur in them to become one token; rarer ones are spelled in bytes.</summary>
    [Range(1, 1_000_000)]
    public int WordOccurrences { get; init; } = TinyRecipe.WordOccurrences;
}
