using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Training;

namespace Annotation.Learning.RewardModeling;

/// <summary>Where a reward model's transformer comes from.</summary>
public enum TrunkSource
{
    /// <summary>The policy that was named or promoted; where there is none, the ranked texts themselves.</summary>
    Auto,

    /// <summary>A policy: the one named, else the project's promoted one, else <c>tiny</c>.</summary>
    Policy,

    /// <summary>A small language model trained on the ranked texts of the train split.</summary>
    Texts,
}

/// <summary>The trunk of a reward model, when it is made from the ranked texts.</summary>
public abstract record TrunkSettings : SupervisedSettings
{
    /// <summary>Where the transformer comes from.</summary>
    public TrunkSource Trunk { get; init; } = TrunkSource.Auto;

    /// <summary>Blocks of a trunk made from texts.</summary>
    [Range(1, 64)]
    public int TrunkLayers { get; init; } = 1;

    /// <summary>Attention heads of a trunk made from texts.</summary>
    [Range(1, 64)]
    public int TrunkHeads { get; init; } = 2;

    /// <summary>Size of one of its heads, an even number; times the heads it is the size of the hidden state.</summary>
    [Range(2, 256)]
    public int TrunkHeadSize { get; init; } = 16;

    /// <summary>Positions it knows, in tokens.</summary>
    [Range(16, 8192)]
    public int TrunkContext { get; init; } = 384;

    /// <summary>How often a word must occur in the texts to become one token; rarer ones are spelled in bytes.</summary>
    [Range(1, 1_000_000)]
    public int TrunkWordOccurrences { get; init; } = 5;

    /// <summary>Times it reads the texts as a language model before it learns to score; fewer when the validation loss stops falling.</summary>
    [Range(0, 100)]
    public int TrunkEpochs { get; init; } = 1;

    /// <summary>Peak learning rate of that reading.</summary>
    [Range(1e-8, 1.0)]
    public double TrunkLearningRate { get; init; } = 3e-3;
}
