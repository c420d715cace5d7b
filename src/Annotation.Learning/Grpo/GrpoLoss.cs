using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Grpo;

/// <summary>How GRPO's token losses become one number.</summary>
public enum GrpoReduction
{
    /// <summary>Mean over sequences of each one's token mean (GRPO); an empty one counts as 0.</summary>
    SequenceMean,

    /// <summary>Mean over all tokens (BNPO).</summary>
    TokenMean,

    /// <summary>Sum over sequences times the longest length allowed (Dr. GRPO).</summary>
    FixedLength,
}

/// <summary>The loss of GRPO and its relatives (Shao et al. 2024, eq. 3, as TRL's GRPOTrainer).</summary>
public static class GrpoLoss
{
    /// <summary>
    /// Clipped policy loss plus klCoefficient * k3 against the reference. advantages (B), the rest (B, T) -> a scalar;
    /// <paramref name="maxCompletionLength"/> is only read by <see cref="GrpoReduction.FixedLength"/>.
    /// </summary>
    public static Tensor Reduced(
        Tensor logp,
        Tensor oldLogp,
        Tensor referenceLogp,
        Tensor advantages,
        Tensor mask,
        double clipLow,
        double clipHigh,
        double klCoefficient,
        GrpoReduction reduction,
        int maxCompletionLength
    )
    {
        using var scope = NewDisposeScope();
        var (policy, _, _) = PolicyLoss.PerToken(logp, oldLogp, advantages.unsqueeze(1).expand(logp.shape), clipLow, clipHigh);
        var perToken = policy + KlPenalty.PerToken(logp, referenceLogp, KlEstimator.K3) * klCoefficient;
        var loss = reduction switch
        {
            GrpoReduction.SequenceMean => Masked.RowMaskedMean(perToken, mask).mean(),
            GrpoReduction.TokenMean => Masked.MaskedMean(perToken, mask),
            GrpoReduction.FixedLength => Masked.MaskedSum(perToken, mask) / (logp.shape[0] * maxCompletionLength),
        };
        return loss.MoveToOuterDisposeScope();
    }
}
