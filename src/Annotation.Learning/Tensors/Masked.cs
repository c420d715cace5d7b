using static TorchSharp.torch;

namespace Annotation.Learning.Tensors;

/// <summary>
/// Statistics over the positions where a mask holds 1. A value under a 0 never counts, not even when it is
/// infinite or not a number. Masks may be of any type; they hold 0 and 1.
/// </summary>
public static class Masked
{
    /// <summary>The values with 0 wherever the mask is 0; same shape as <paramref name="values"/>.</summary>
    public static Tensor Zeroed(Tensor values, Tensor mask) => values.masked_fill(mask.eq(0), 0);

    /// <summary>Sum over all positions the mask keeps; a scalar.</summary>
    public static Tensor MaskedSum(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Zeroed(values, mask).sum().MoveToOuterDisposeScope();
    }

    /// <summary>Mean over all positions the mask keeps; a scalar, 0 when there is none.</summary>
    public static Tensor MaskedMean(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return (Zeroed(values, mask).sum() / Count(mask, values.dtype).clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Mean of each row of (B, T) over the positions the mask keeps; (B), 0 for an empty row.</summary>
    public static Tensor RowMaskedMean(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var counts = mask.to(ScalarType.Int64).sum(-1).to(values.dtype); // (B)
        return (Zeroed(values, mask).sum(-1) / counts.clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Variance over all positions the mask keeps; a scalar. Population variance, or with
    /// <paramref name="unbiased"/> the sample variance (divisor one less).
    /// </summary>
    public static Tensor MaskedVariance(Tensor values, Tensor mask, bool unbiased = false)
    {
        using var scope = NewDisposeScope();
        var squares = Zeroed(values - MaskedMean(values, mask), mask).square().sum();
        var divisor = Count(mask, values.dtype) - (unbiased ? 1 : 0);
        return (squares / divisor.clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (x - mean) / sqrt(variance + 1e-8) over the positions the mask keeps, 0 elsewhere; with
    /// <paramref name="shiftMean"/> off the mean is added back, so that only the scale changes. With fewer than two
    /// positions there is no scale and the values come back as they are. Source: Ziegler et al. 2019, code of
    /// lm-human-preferences (population variance); TRL uses the unbiased one.
    /// </summary>
    public static Tensor MaskedWhiten(Tensor values, Tensor mask, bool shiftMean = true, bool unbiased = false)
    {
        using var scope = NewDisposeScope();
        var mean = MaskedMean(values, mask);
        var whitened = (values - mean) * (MaskedVariance(values, mask, unbiased) + 1e-8).rsqrt();
        if (!shiftMean)
        {
            whitened += mean;
        }
        var scaled = where(Count(mask, ScalarType.Int64).lt(2), values, whitened);
        return Zeroed(scaled, mask).MoveToOuterDisposeScope();
    }

    // Counted in integers: a float32 sum of ones is exact only up to 2^24.
    private static Tensor Count(Tensor mask, ScalarType type) => mask.to(ScalarType.Int64).sum().to(type);
}
