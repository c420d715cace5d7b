using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Annotation.Learning.Models;

/// <summary>The low-rank update of one projection, s B A (Hu et al. 2022, LoRA). Owns its two matrices.</summary>
/// <param name="Down">A, (r, in).</param>
/// <param name="Up">B, (out, r).</param>
/// <param name="Scale">s.</param>
internal sealed record LowRankUpdate(Tensor Down, Tensor Up, double Scale) : IDisposable
{
    /// <summary>s B A x, computed in the type of the matrices and given in that of <paramref name="x"/>: (…, in) to (…, out).</summary>
    internal Tensor Apply(Tensor x)
    {
        var wide = x.dtype == Down.dtype ? x : x.to(Down.dtype);
        var update = linear(linear(wide, Down), Up) * Scale;
        return update.dtype == x.dtype ? update : update.to(x.dtype);
    }

    /// <summary>s B A, (out, in).</summary>
    internal Tensor Product() => Up.mm(Down) * Scale;

    public void Dispose()
    {
        Down.Dispose();
        Up.Dispose();
    }
}
