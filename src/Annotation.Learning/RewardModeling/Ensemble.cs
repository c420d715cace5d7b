using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Annotation.Learning.RewardModeling;

/// <summary>How the scores of an ensemble's members become one score.</summary>
public enum EnsembleRule
{
    /// <summary>Mean of the members.</summary>
    Mean,

    /// <summary>Smallest member (worst-case optimisation, Coste et al. 2023).</summary>
    Worst,

    /// <summary>Mean minus a multiple of the members' population variance (uncertainty-weighted optimisation, Coste et al. 2023).</summary>
    UncertaintyWeighted,
}

/// <summary>Scores and disagreement of reward models; members are the first dimension, (M, ...).</summary>
public static class Ensemble
{
    /// <summary>One score of the members' (M, ...) -> (...).</summary>
    public static Tensor Combine(Tensor members, EnsembleRule rule, double uncertaintyWeight = 0.5)
    {
        using var scope = NewDisposeScope();
        var combined = rule switch
        {
            EnsembleRule.Mean => members.mean([0]),
            EnsembleRule.Worst => members.amin([0]),
            EnsembleRule.UncertaintyWeighted => members.mean([0]) - PopulationVariance(members) * uncertaintyWeight,
        };
        return combined.MoveToOuterDisposeScope();
    }

    /// <summary>Population variance over the members, (M, ...) -> (...).</summary>
    public static Tensor PopulationVariance(Tensor members)
    {
        using var scope = NewDisposeScope();
        return (members - members.mean([0], keepdim: true)).square().mean([0]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What the members disagree about for pairs (a, b), from p = sigmoid(a - b) of each: variance of p (Christiano et al. 2017),
    /// entropy of the mean p, and the part of it that is disagreement, H(mean p) - mean H(p) (BALD). All (N), nats.
    /// </summary>
    public static (Tensor MeanProbability, Tensor Variance, Tensor Entropy, Tensor Bald) Disagreement(Tensor membersA, Tensor membersB)
    {
        using var scope = NewDisposeScope();
        var difference = membersA - membersB; // (M, N)
        var p = difference.sigmoid();
        var mean = p.mean([0]);
        var entropy = special.entr(mean) + special.entr(1 - mean);
        // H(sigmoid(d)) = softplus(-d) + (1 - p) d keeps its accuracy where p rounds to 1.
        var memberEntropy = functional.softplus(-difference) + (1 - p) * difference;
        var bald = entropy - memberEntropy.mean([0]);
        return (
            mean.MoveToOuterDisposeScope(),
            PopulationVariance(p).MoveToOuterDisposeScope(),
            entropy.MoveToOuterDisposeScope(),
            bald.MoveToOuterDisposeScope()
        );
    }
}
