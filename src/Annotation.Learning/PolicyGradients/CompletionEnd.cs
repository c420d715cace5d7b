using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>Where completions end. Found by the first stop token, never by padding: the pad id may be an ordinary token.</summary>
public static class CompletionEnd
{
    /// <summary>
    /// Of token ids (B, T): whether a row holds the stop token (B bool), the position of its first one (B int64; T-1 when there
    /// is none) and the mask of real tokens (B, T bool), the stop token included.
    /// </summary>
    public static (Tensor HasStop, Tensor LastIndex, Tensor Mask) Find(Tensor ids, long stopId)
    {
        using var scope = NewDisposeScope();
        var width = ids.shape[1];
        var positions = arange(width, ScalarType.Int64, ids.device).unsqueeze(0);
        var stops = ids.eq(stopId);
        var last = where(stops, positions, full_like(positions, width - 1)).amin([1]);
        var mask = positions.le(last.unsqueeze(1));
        return (stops.any(1).MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope());
    }

    /// <summary>Scores less a penalty where the completion did not end: a gradient between bad and worse stays. (B)</summary>
    public static Tensor PenalizeMissing(Tensor scores, Tensor hasStop, double penalty)
    {
        using var scope = NewDisposeScope();
        return (scores - hasStop.logical_not().to(scores.dtype) * penalty).MoveToOuterDisposeScope();
    }
}
