using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// The keys and values of positions already read, in memory reserved once: rows that go or multiply are moved within it. Not for training.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Reserves room for <paramref name="rows"/> rows of <paramref name="capacity"/> positions, all rows in use.</summary>
    public KeyValueCache(LanguageModelConfig config, int rows, int capacity, Device device, ScalarType dtype)
    {
        Capacity = capacity;
        Rows = rows;
        long[] shape = [rows, config.KeyValueHeads, capacity, config.HeadSize]; // (B, Hkv, capacity, hd)
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
    }

    /// <summary>How many positions fit.</summary>
    public int Capacity { get; }

    /// <summary>How many positions were read so far.</summary>
    public int Length { get; private set; }

    /// <summary>How many rows are in use.</summary>
    public int Rows { get; private set; }

    /// <summary>Uses the first rows only, before anything is read.</summary>
    public void UseRows(int count) => Rows = count;

    /// <summary>
    /// Row i is from now on what row <paramref name="rows"/>[i] was. Either every row stays or moves down (the others are finished), or every
    /// row stays or moves up (copies of the first ones): so nothing is overwritten before it was moved.
    /// </summary>
    /// <exception cref="ArgumentException">Some move up and some down.</exception>
    public void SelectRows(IReadOnlyList<int> rows)
    {
        var places = Enumerable.Range(0, rows.Count).Where(i => rows[i] != i).ToList();
        var down = places.TrueForAll(i => rows[i] > i);
        if (!down && !places.TrueForAll(i => rows[i] < i))
        {
            throw new ArgumentException("Rows can all move down or all move up.", nameof(rows));
        }
        if (!down)
        {
            places.Reverse();
        }
        using var scope = NewDisposeScope();
        foreach (var tensor in _keys.Concat(_values))
        {
            using var read = tensor.narrow(2, 0, Length);
            foreach (var place in places)
            {
                using var target = read[place];
                using var source = read[rows[place]];
                target.copy_(source);
            }
        }
        Rows = rows.Count;
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
        return (Append(_keys[layer], keys), Append(_values[layer], values));

        Tensor Append(Tensor all, Tensor added)
        {
            using var used = all.narrow(0, 0, Rows);
            using var slot = used.narrow(2, Length, count);
            slot.copy_(added);
            return used.narrow(2, 0, Length + count);
        }
    }

    internal void Advance(int count) => Length += count;
}
