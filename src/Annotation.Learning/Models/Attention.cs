using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>Attention of one layer over split heads, with fewer key and value heads than query heads where the model has it.</summary>
internal static class Attention
{
    /// <summary>
    /// softmax(q k^T / sqrt(hd) + mask) v, heads joined again: (B, T, H hd).
    /// </summary>
    /// <param name="queries">(B, H, T, hd)</param>
    /// <param name="keys">(B, Hkv, L, hd)</param>
    /// <param name="values">(B, Hkv, L, hd)</param>
    /// <param name="mask">Additive, broadcastable to (B, H, T, L); null for causal attention, or for a single last position.</param>
    internal static Tensor Run(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var (rows, heads, count, size) = (queries.shape[0], queries.shape[1], queries.shape[2], queries.shape[3]);
        var shared = keys.shape[1];
        if (heads != shared && count == 1)
        {
            // One new position: the heads of a group are the rows of one matrix, and nothing is copied.
            queries = queries.reshape(rows, shared, heads / shared, size);
        }
        else if (heads != shared)
        {
            keys = Repeat(keys, heads / shared);
            values = Repeat(values, heads / shared);
        }

        var result = nn.functional.scaled_dot_product_attention(queries, keys, values, mask, is_casual: mask is null && count > 1);
        return count == 1 ? result.reshape(rows, 1, heads * size) : result.transpose(1, 2).reshape(rows, count, heads * size);
    }

    /// <summary>(B, T, n hd) to (B, n, T, hd).</summary>
    internal static Tensor SplitHeads(Tensor joined, int heads) =>
        joined.view(joined.shape[0], joined.shape[1], heads, joined.shape[2] / heads).transpose(1, 2);

    private static Tensor Repeat(Tensor tensor, long times)
    {
        var (rows, heads, length, size) = (tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3]);
        return tensor.unsqueeze(2).expand(rows, heads, times, length, size).reshape(rows, heads * times, length, size);
    }
}
