using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Optimization;

namespace Annotation.Learning.Training;

/// <summary>What every training on fixed rows is told.</summary>
public abstract record SupervisedSettings : MemorySettings
{
    /// <summary>Peak learning rate. Small models trained from scratch want 10 to 100 times the rates of large ones.</summary>
    [Range(1e-8, 1.0)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Passes over the examples. Fewer are made when the validation loss stops falling.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 3;

    /// <summary>How the learning rate falls after the warm-up.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>Share of all steps over which the learning rate rises from 0.</summary>
    [Range(0.0, 1.0)]
    public double WarmupShare { get; init; } = 0.03;

    /// <summary>Share of the peak learning rate at which the schedule ends.</summary>
    [Range(0.0, 1.0)]
    public double FinalLearningRateShare { get; init; } = 0.1;

    /// <summary>Largest joint L2 norm of the gradients.</summary>
    [Range(1e-6, 1e6)]
    public double GradientClip { get; init; } = 1;

    /// <summary>Decoupled weight decay.</summary>
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    /// <summary>Validations per epoch.</summary>
    [Range(1, 100)]
    public int ValidationsPerEpoch { get; init; } = 2;

    /// <summary>Validations without a new minimum after which training stops. The weights of the minimum are kept in any case.</summary>
    [Range(1, 1000)]
    public int Patience { get; init; } = 3;

    /// <summary>Most tokens (pads included) per forward pass. Passes add up their gradients, so that it bounds memory, not the batch.</summary>
    [Range(64, 1 << 24)]
    public int MaxTokensPerPass { get; init; } = 16384;

    /// <summary>Steps between checkpoints.</summary>
    [Range(1, 1_000_000)]
    public int CheckpointSteps { get; init; } = 50;

    /// <summary>Seed of the order of the examples.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;
}
