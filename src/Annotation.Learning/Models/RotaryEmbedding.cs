using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// Rotary positions in the rotate-half form: dimension i and i + hd/2 of a head turn by position * theta^(-2i/hd)
/// (Su et al. 2021, RoFormer; layout of the Hugging Face Llama).
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _cosines; // (context, hd), both halves equal
    private readonly Tensor _sines; // (context, hd), the first half negated

    internal RotaryEmbedding(LanguageModelConfig config, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var half = config.HeadSize / 2;
        var exponents = arange(half, ScalarType.Float64, CPU).mul_(-2.0 / config.HeadSize);
        var frequencies = exponents.mul_(Math.Log(config.RopeTheta)).exp_().unsqueeze(0); // (1, hd/2)
        var angles = arange(config.ContextLength, ScalarType.Float64, CPU).unsqueeze(1) * frequencies; // (context, hd/2)
        var (cosine, sine) = (angles.cos(), angles.sin());
        _cosines = cat([cosine, cosine], 1).to(dtype, device).DetachFromDisposeScope();
        _sines = cat([-sine, sine], 1).to(dtype, device).DetachFromDisposeScope();
    }

    /// <summary>Cosines and sines of these positions, each (B or 1, 1, T, hd).</summary>
    internal (Tensor Cosines, Tensor Sines) At(Tensor? positionIds, int past, long count)
    {
        if (positionIds is null)
        {
            return (_cosines.narrow(0, past, count).unsqueeze(0).unsqueeze(0), _sines.narrow(0, past, count).unsqueeze(0).unsqueeze(0));
        }

        return (EmbeddingTable.Rows(_cosines, positionIds).unsqueeze(1), EmbeddingTable.Rows(_sines, positionIds).unsqueeze(1));
    }

    /// <summary>Turns queries or keys, (B, n, T, hd).</summary>
    internal static Tensor Turn(Tensor heads, Tensor cosines, Tensor sines)
    {
        var half = heads.shape[3] / 2;
        var swapped = cat([heads.narrow(3, half, half), heads.narrow(3, 0, half)], 3);
        return (heads * cosines).addcmul_(swapped, sines, 1);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
