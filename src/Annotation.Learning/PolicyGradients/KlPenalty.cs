using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>Estimators of KL(policy || reference) from the log-probabilities of sampled tokens (Schulman, "Approximating KL divergence").</summary>
public enum KlEstimator
{
    /// <summary>log p - log q: unbiased, may be negative. Inside the reward it gives the right policy gradient.</summary>
    K1,

    /// <summary>Half the square of k1: biased, never negative.</summary>
    K2,

    /// <summary>exp(-k1) - 1 + k1: unbiased, never negative.</summary>
    K3,
}

/// <summary>The KL penalty against the reference policy and the per-token reward made of it.</summary>
public static class KlPenalty
{
    /// <summary>KL estimate of each token, (B, T) -> (B, T); never clamped, k1 may be negative.</summary>
    public static Tensor PerToken(Tensor logp, Tensor referenceLogp, KlEstimator estimator)
    {
        using var scope = NewDisposeScope();
        var k1 = logp - referenceLogp;
        var kl = estimator switch
        {
            KlEstimator.K1 => k1,
            KlEstimator.K2 => k1.square() / 2,
            KlEstimator.K3 => (-k1).expm1() + k1,
        };
        return kl.MoveToOuterDisposeScope();
    }

    /// <summary>KL of each sequence: sum of k1 over its real tokens, (B, T) -> (B), nats. The adaptive coefficient is fed its mean.</summary>
    public static Tensor SequenceSum(Tensor logp, Tensor referenceLogp, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Masked.Zeroed(PerToken(logp, referenceLogp, KlEstimator.K1), mask).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Reward of each token: -coefficient * KL at every real token, plus the (clipped) score at the last one, which is the end
    /// token when there is one. scores (B), the rest (B, T) -> (B, T), 0 at pads; a row without tokens loses its score.
    /// Source: Ziegler et al. 2019; the score's place as in lm-human-preferences and OpenRLHF.
    /// </summary>
    public static Tensor TokenRewards(
        Tensor scores,
        Tensor logp,
        Tensor referenceLogp,
        Tensor mask,
        double coefficient,
        double? scoreClip = null,
        KlEstimator estimator = KlEstimator.K1
    )
    {
        using var scope = NewDisposeScope();
        var rewards = Masked.Zeroed(PerToken(logp, referenceLogp, estimator) * -coefficient, mask);
        var clipped = scoreClip is { } limit ? scores.clamp(-limit, limit) : scores;
        var kept = clipped.masked_fill(mask.ne(0).any(1).logical_not(), 0);
        return rewards.scatter_add(1, LastToken.Index(mask).unsqueeze(1), kept.to(rewards.dtype).unsqueeze(1)).MoveToOuterDisposeScope();
    }
}
