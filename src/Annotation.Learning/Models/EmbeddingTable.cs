using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>Looks up rows of a table.</summary>
internal static class EmbeddingTable
{
    /// <summary>The rows of a table (N, d) for ids (B, T): (B, T, d).</summary>
    /// <remarks>index_select adds up its gradient in a fixed order, which indexing with [] does not.</remarks>
    internal static Tensor Rows(Tensor table, Tensor ids) =>
        table.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], table.shape[1]);
}
