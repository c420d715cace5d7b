using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>What is added to attention scores so that a position sees only what it may.</summary>
internal static class AttentionBias
{
    // Finite, and so far below any score that its exponential is exactly 0 in every type.
    private const double Hidden = -30000;

    /// <summary>
    /// (B or 1, 1, T, past + T), or null when there is nothing to hide beyond the plain causal triangle. A position sees those
    /// before it with the same number in the mask, and none with 0; always itself, so that a pad's row has a finite result too.
    /// </summary>
    /// <param name="ids">(B, T)</param>
    /// <param name="attentionMask">(B, past + T), or null.</param>
    /// <param name="past">Positions read before.</param>
    /// <param name="dtype">Type of the scores.</param>
    /// <param name="window">How many positions one sees, its own included; null for all before it.</param>
    internal static Tensor? Make(Tensor ids, Tensor? attentionMask, int past, ScalarType dtype, int? window = null)
    {
        var count = ids.shape[1];
        var windowed = window < past + count;
        if (attentionMask is null && !windowed && (past == 0 || count == 1))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var device = ids.device;
        var own = arange(past, past + count, ScalarType.Int64, device).unsqueeze(1); // (T, 1)
        var others = arange(past + count, ScalarType.Int64, device).unsqueeze(0); // (1, L)
        var visible = others.le(own).unsqueeze(0); // (1, T, L)
        if (windowed)
        {
            visible = visible.logical_and(others.gt(own - window!.Value));
        }

        if (attentionMask is not null)
        {
            var seen = attentionMask.unsqueeze(1); // (B, 1, L)
            var segment = attentionMask.narrow(1, past, count).unsqueeze(2); // (B, T, 1)
            visible = visible.logical_and(seen.ne(0)).logical_and(seen.eq(segment)).logical_or(others.eq(own)); // (B, T, L)
        }

        return visible.logical_not().to(dtype).mul_(Hidden).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
