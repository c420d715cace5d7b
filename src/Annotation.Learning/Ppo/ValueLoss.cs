using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>The value model's loss and quality. All tensors (B, T).</summary>
public static class ValueLoss
{
    /// <summary>
    /// 0.5 * masked mean of max((V - R)^2, (clip(V, V_old - c, V_old + c) - R)^2) and the share of tokens where the clipped
    /// error was larger; without a clip the plain squared error. Source: PPO2 of openai/baselines, lm-human-preferences.
    /// </summary>
    public static (Tensor Loss, Tensor ClippedShare) HalfMaskedMean(
        Tensor values,
        Tensor oldValues,
        Tensor returns,
        Tensor mask,
        double? clip
    )
    {
        using var scope = NewDisposeScope();
        var plain = (values - returns).square();
        if (clip is not { } limit)
        {
            return ((Masked.MaskedMean(plain, mask) / 2).MoveToOuterDisposeScope(), zeros_like(plain.sum()).MoveToOuterDisposeScope());
        }
        var near = minimum(maximum(values, oldValues - limit), oldValues + limit);
        var limited = (near - returns).square();
        var share = Masked.MaskedMean(limited.gt(plain).to(values.dtype), mask);
        return ((Masked.MaskedMean(maximum(plain, limited), mask) / 2).MoveToOuterDisposeScope(), share.MoveToOuterDisposeScope());
    }

    /// <summary>1 - mean((V - R)^2) / var(R) over real tokens; below 0 the value model is worse than a constant.</summary>
    public static Tensor ExplainedVariance(Tensor values, Tensor returns, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var error = Masked.MaskedMean((values - returns).square(), mask);
        return (1 - error / Masked.MaskedVariance(returns, mask)).MoveToOuterDisposeScope();
    }
}
