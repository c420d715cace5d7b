using System.ComponentModel.DataAnnotations;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Ppo;

/// <summary>Settings of proximal policy optimisation.</summary>
public sealed record PpoSettings : PolicyGradientSettings
{
    /// <summary>Learning rate of the value model at the first iteration; it falls linearly to 0 over the iterations.</summary>
    [Range(0.0, 1.0)]
    public double ValueLearningRate { get; init; } = 1e-3;

    /// <summary>Iterations at the start in which only the value model learns.</summary>
    [Range(0, 1000)]
    public int ValueWarmupIterations { get; init; } = 1;

    /// <summary>Discount per token.</summary>
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 1;

    /// <summary>Lambda of generalised advantage estimation.</summary>
    [Range(0.0, 1.0)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>Bound on the loss of a token of negative advantage, in multiples of it; null leaves it off.</summary>
    [Range(1.0, 1000.0)]
    public double? DualClip { get; init; }

    /// <summary>Values are clipped to the old ones minus and plus this; null clips nothing.</summary>
    [Range(0.001, 1000.0)]
    public double? ValueClipRange { get; init; }

    /// <summary>How token losses become one number.</summary>
    public TokenAggregation Aggregation { get; init; } = TokenAggregation.TokenMean;
}
