using static TorchSharp.torch;

namespace Annotation.Learning.Tensors;

/// <summary>Rows of token ids of uneven length as tensors, padded on the right.</summary>
public static class TokenRows
{
    /// <summary>(B, W) int64 with W the longest row; pads hold <paramref name="fill"/>.</summary>
    /// <remarks>
    /// Behind a causal model, pads on the right are seen by no real token, so such a batch needs no attention mask.
    /// </remarks>
    public static Tensor Pad(IReadOnlyList<int[]> rows, Device device, long fill = 0)
    {
        var width = rows.Max(r => r.Length);
        var flat = new long[rows.Count * width];
        Array.Fill(flat, fill);
        for (var i = 0; i < rows.Count; i++)
        {
            for (var t = 0; t < rows[i].Length; t++)
            {
                flat[i * width + t] = rows[i][t];
            }
        }
        return tensor(flat, [rows.Count, width], device: device);
    }

    /// <summary>(B, W) int64, 1 at the first lengths[i] positions of each row.</summary>
    public static Tensor Mask(IReadOnlyList<int> lengths, int width, Device device)
    {
        using var scope = NewDisposeScope();
        var ends = tensor(lengths.Select(l => (long)l).ToArray(), device: device).unsqueeze(1);
        return arange(width, ScalarType.Int64, device).unsqueeze(0).lt(ends).to(ScalarType.Int64).MoveToOuterDisposeScope();
    }
}
