using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>The keys and values of positions already read, in memory reserved once. Not for training.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Reserves room for <paramref name="rows"/> rows of <paramref name="capacity"/> positions.</summary>
    public KeyValueCache(LanguageModelConfig config, int rows, int capacity, Device device, ScalarType dtype)
    {
        Capacity = capacity;
        long[] shape = [rows, config.KeyValueHeads, capacity, config.HeadSize]; // (B, Hkv, capacity, hd)
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
    }

    /// <summary>How many positions fit.</summary>
    public int Capacity { get; }

    /// <summary>How many positions were read so far.</summary>
    public int Length { get; private set; }

    /// <summary>Keeps only these rows, in this order; the others are finished.</summary>
    public void SelectRows(Tensor rows)
    {
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer] = Select(_keys[layer], rows);
            _values[layer] = Select(_values[layer], rows);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Stores the new positions of one layer and returns all of them so far, each (B, Hkv, L, hd).</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var count = keys.shape[2];
        using (var slot = _keys[layer].narrow(2, Length, count))
        {
            slot.copy_(keys);
        }

        using (var slot = _values[layer].narrow(2, Length, count))
        {
            slot.copy_(values);
        }

        return (_keys[layer].narrow(2, 0, Length + count), _values[layer].narrow(2, 0, Length + count));
    }

    internal void Advance(int count) => Length += count;

    private static Tensor Select(Tensor tensor, Tensor rows)
    {
        var kept = tensor.index_select(0, rows).DetachFromDisposeScope();
        tensor.Dispose();
        return kept;
    }
}
