using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>The last real token of each row, where the score is read.</summary>
public static class LastToken
{
    /// <summary>Position of the last 1 in each row of a mask (B, T) -> (B) int64; 0 for an empty row.</summary>
    public static Tensor Index(Tensor mask)
    {
        using var scope = NewDisposeScope();
        var positions = arange(mask.shape[1], ScalarType.Int64, mask.device);
        return (positions * mask.ne(0).to(ScalarType.Int64)).amax([1]).MoveToOuterDisposeScope();
    }

    /// <summary>The value at each row's last real token: values (B, T) or (B, T, d) -> (B) or (B, d).</summary>
    public static Tensor Gather(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var rows = arange(values.shape[0], ScalarType.Int64, values.device);
        return values.index(TensorIndex.Tensor(rows), TensorIndex.Tensor(Index(mask))).MoveToOuterDisposeScope();
    }
}
