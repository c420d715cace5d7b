using static TorchSharp.torch;

namespace Annotation.Learning.Models.Positions;

/// <summary>
/// Rotary positions in the rotate-half form: dimension i and i + hd/2 of a head turn by position * frequency i
/// (Su et al. 2021, RoFormer; layout of the Hugging Face Llama). The table starts with the first positions and grows with those that
/// are asked for: whole, that of a long context takes more memory than a small model.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private const long FirstTable = 4096;
    private readonly LanguageModelConfig _config;
    private readonly Device _device;
    private readonly ScalarType _dtype;
    private readonly Lock _growing = new();
    private Table _table;

    internal RotaryEmbedding(LanguageModelConfig config, Device device, ScalarType dtype)
    {
        (_config, _device, _dtype) = (config, device, dtype);
        _table = Compute(Math.Min(FirstTable, config.ContextLength));
    }

    /// <summary>Cosines and sines of these positions, each (B or 1, 1, T, hd).</summary>
    /// <param name="positionIds">(B, T), or null for the T positions from <paramref name="past"/> on.</param>
    /// <param name="past">The first position, without ids.</param>
    /// <param name="count">T.</param>
    /// <param name="bound">Above every position.</param>
    internal (Tensor Cosines, Tensor Sines) At(Tensor? positionIds, int past, long count, long bound)
    {
        var (cosines, sines) = TableOf(bound);
        if (positionIds is null)
        {
            return (cosines.narrow(0, past, count).unsqueeze(0).unsqueeze(0), sines.narrow(0, past, count).unsqueeze(0).unsqueeze(0));
        }

        return (EmbeddingTable.Rows(cosines, positionIds).unsqueeze(1), EmbeddingTable.Rows(sines, positionIds).unsqueeze(1));
    }

    /// <summary>Turns queries or keys, (B, n, T, hd).</summary>
    internal static Tensor Turn(Tensor heads, Tensor cosines, Tensor sines)
    {
        var half = heads.shape[3] / 2;
        var swapped = cat([heads.narrow(3, half, half), heads.narrow(3, 0, half)], 3);
        return (heads * cosines).addcmul_(swapped, sines, 1);
    }

    public void Dispose() => _table.Dispose();

    private Table TableOf(long bound)
    {
        if (_table.Length >= bound)
        {
            return _table;
        }

        lock (_growing)
        {
            if (_table.Length < bound)
            {
                // Another thread may still read the smaller table: it is left to the finalizer.
                _table = Compute(Math.Max(bound, Math.Min(2 * _table.Length, _config.ContextLength)));
            }

            return _table;
        }
    }

    private Table Compute(long length)
    {
        // Later passes may need gradients, which tensors of inference mode do not take part in.
        using var ordinary = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var frequencies = tensor(RotaryFrequencies.Of(_config), ScalarType.Float64, CPU).unsqueeze(0); // (1, hd/2)
        var angles = arange(length, ScalarType.Float64, CPU).unsqueeze(1) * frequencies; // (length, hd/2)
        var factor = RotaryFrequencies.AttentionFactor(_config.RopeScaling);
        var (cosine, sine) = (angles.cos().mul_(factor), angles.sin().mul_(factor));
        return new Table(
            cat([cosine, cosine], 1).to(_dtype, _device).DetachFromDisposeScope(),
            cat([-sine, sine], 1).to(_dtype, _device).DetachFromDisposeScope()
        );
    }

    /// <summary>Both (length, hd): cosines with both halves equal, sines with the first half negated.</summary>
    private sealed record Table(Tensor Cosines, Tensor Sines) : IDisposable
    {
        internal long Length => Cosines.shape[0];

        public void Dispose()
        {
            Cosines.Dispose();
            Sines.Dispose();
        }
    }
}
