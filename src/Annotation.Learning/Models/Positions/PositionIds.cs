using static TorchSharp.torch;

namespace Annotation.Learning.Models.Positions;

/// <summary>Positions of the tokens of padded rows.</summary>
public static class PositionIds
{
    /// <summary>
    /// The number of real positions before each, (B, T) int64: the first real token of a row has position 0 wherever the
    /// padding stands (lm-human-preferences, <c>positions_for</c>).
    /// </summary>
    /// <param name="attentionMask">(B, T), 1 at real positions.</param>
    public static Tensor Of(Tensor attentionMask)
    {
        using var scope = NewDisposeScope();
        var mask = attentionMask.to(ScalarType.Int64);
        return (mask.cumsum(1) - mask).MoveToOuterDisposeScope();
    }
}
