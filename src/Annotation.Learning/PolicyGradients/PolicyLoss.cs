using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>How token losses of a minibatch become one number.</summary>
public enum TokenAggregation
{
    /// <summary>Mean over all real tokens: long completions weigh more.</summary>
    TokenMean,

    /// <summary>Mean over completions of each one's token mean.</summary>
    SequenceMeanTokenMean,

    /// <summary>Mean over completions of each one's token sum.</summary>
    SequenceMeanTokenSum,
}

/// <summary>PPO's clipped policy objective (Schulman et al. 2017, eq. 7). All tensors (B, T).</summary>
public static class PolicyLoss
{
    // exp(20) is far outside every clip range and still finite in float32.
    private const double LogRatioLimit = 20;

    /// <summary>The probability ratio exp(new - old), the log-ratio clamped to +-20.</summary>
    public static Tensor Ratio(Tensor logp, Tensor oldLogp)
    {
        using var scope = NewDisposeScope();
        return (logp - oldLogp).clamp(-LogRatioLimit, LogRatioLimit).exp().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Loss of each token, max(-A ratio, -A clip(ratio, 1 - low, 1 + high)), and where the clipped one was larger (bool).
    /// With a dual clip c &gt; 1, a token of negative advantage never costs more than -c A (Ye et al. 2020); the third result
    /// tells where that bound held.
    /// </summary>
    public static (Tensor Loss, Tensor Clipped, Tensor DualClipped) PerToken(
        Tensor logp,
        Tensor oldLogp,
        Tensor advantages,
        double clipLow,
        double clipHigh,
        double? dualClip = null
    )
    {
        using var scope = NewDisposeScope();
        var ratio = Ratio(logp, oldLogp);
        var plain = -advantages * ratio;
        var limited = -advantages * ratio.clamp(1 - clipLow, 1 + clipHigh);
        var loss = maximum(plain, limited);
        var bounded = zeros_like(loss, ScalarType.Bool);
        if (dualClip is { } limit)
        {
            var bound = -advantages * limit;
            bounded = advantages.lt(0).logical_and(loss.gt(bound));
            loss = where(advantages.lt(0), minimum(loss, bound), loss);
        }
        return (loss.MoveToOuterDisposeScope(), limited.gt(plain).MoveToOuterDisposeScope(), bounded.MoveToOuterDisposeScope());
    }

    /// <summary>Reduces token losses (B, T) to a scalar. Rows without real tokens do not count as sequences.</summary>
    public static Tensor Aggregate(Tensor perToken, Tensor mask, TokenAggregation aggregation)
    {
        using var scope = NewDisposeScope();
        if (aggregation == TokenAggregation.TokenMean)
        {
            return Masked.MaskedMean(perToken, mask).MoveToOuterDisposeScope();
        }
        var rows =
            aggregation == TokenAggregation.SequenceMeanTokenMean
                ? Masked.RowMaskedMean(perToken, mask)
                : Masked.Zeroed(perToken, mask).sum(1);
        return Masked.MaskedMean(rows, mask.ne(0).any(1)).MoveToOuterDisposeScope();
    }
}
