using System.Runtime.InteropServices;
using Annotation.Learning.Models;
using static TorchSharp.torch;

namespace Annotation.Learning.Generation;

/// <summary>
/// Rows that are read and drawn together. Prompts stand left-padded, so that every row's next token has the same place
/// in the cache.
/// </summary>
internal sealed class SampledBatch : IDisposable
{
    private readonly LanguageModel _model;
    private readonly int _longest;
    private readonly int _capacity;
    private readonly double[] _probabilities;
    private IReadOnlyList<SampledRow> _rows;
    private KeyValueCache? _cache;
    private Tensor? _mask; // (B, capacity), 0 at pads; null when there are none

    internal SampledBatch(LanguageModel model, IReadOnlyList<SampledRow> rows)
    {
        (_model, _rows) = (model, rows);
        _longest = rows.Max(r => r.Prompt.Count);
        _capacity = _longest + rows.Max(r => r.Limit);
        _probabilities = new double[model.Config.VocabularySize];
    }

    /// <summary>Reads the prompts, equal ones once. Gives the logits after each, (B, V).</summary>
    internal Tensor Prefill()
    {
        using var scope = NewDisposeScope();
        var prompts = new Dictionary<IReadOnlyList<int>, int>(IdsComparer.Instance);
        var places = _rows.Select(r => prompts.TryGetValue(r.Prompt, out var place) ? place : prompts[r.Prompt] = prompts.Count).ToArray();
        var (ids, mask) = Pad([.. prompts.OrderBy(p => p.Value).Select(p => p.Key)]);
        _cache = new KeyValueCache(_model.Config, _rows.Count, _capacity, _model.Device, _model.ScalarType);
        _cache.UseRows(prompts.Count);
        var hidden = _model.Hidden(ids, mask?.narrow(1, 0, _longest), cache: _cache);
        var logits = _model.Logits(hidden.narrow(1, _longest - 1, 1)).squeeze(1);
        if (prompts.Count < _rows.Count)
        {
            var map = tensor(Array.ConvertAll(places, p => (long)p), ScalarType.Int64, _model.Device);
            _cache.SelectRows(places);
            mask = mask?.index_select(0, map);
            logits = logits.index_select(0, map);
        }

        _mask = mask?.DetachFromDisposeScope();
        return logits.MoveToOuterDisposeScope();
    }

    /// <summary>Draws each row's next token.</summary>
    internal void Choose(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var values = MemoryMarshal.Cast<byte, float>(logits.to(ScalarType.Float32, CPU).contiguous().bytes);
        for (var i = 0; i < _rows.Count; i++)
        {
            if (!_rows[i].Done)
            {
                _rows[i].Add(values.Slice(i * _probabilities.Length, _probabilities.Length), _probabilities);
            }
        }
    }

    /// <summary>
    /// Forgets finished rows once they are a quarter: copying the cache for each one would cost more than carrying it.
    /// False when all are finished.
    /// </summary>
    internal bool DropFinished()
    {
        using var scope = NewDisposeScope();
        var live = Enumerable.Range(0, _rows.Count).Where(i => !_rows[i].Done).ToArray();
        if (live.Length > 0 && live.Length <= _rows.Count * 3 / 4)
        {
            var map = tensor(Array.ConvertAll(live, i => (long)i), ScalarType.Int64, _model.Device);
            _cache!.SelectRows(live);
            var mask = _mask?.index_select(0, map).DetachFromDisposeScope();
            _mask?.Dispose();
            _mask = mask;
            _rows = [.. live.Select(i => _rows[i])];
        }

        return live.Length > 0;
    }

    /// <summary>Reads each row's newest token. Gives the logits after it, (B, V).</summary>
    internal Tensor Step()
    {
        using var scope = NewDisposeScope();
        var newest = _rows.Select(r => r.Newest).ToArray();
        var ids = tensor(Array.ConvertAll(newest, n => n.Id), ScalarType.Int64, _model.Device).unsqueeze(1); // (B, 1)
        var positions = _mask is null
            ? null
            : tensor(Array.ConvertAll(newest, n => n.Position), ScalarType.Int64, _model.Device).unsqueeze(1);
        var hidden = _model.Hidden(ids, _mask?.narrow(1, 0, _cache!.Length + 1), positions, _cache);
        return _model.Logits(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _cache?.Dispose();
        _mask?.Dispose();
    }

    private (Tensor Ids, Tensor? Mask) Pad(List<IReadOnlyList<int>> prompts)
    {
        var (ids, mask) = (new long[prompts.Count, _longest], new long[prompts.Count, _capacity]);
        for (var i = 0; i < prompts.Count; i++)
        {
            var start = _longest - prompts[i].Count;
            for (var t = start; t < _capacity; t++)
            {
                mask[i, t] = 1;
            }

            for (var t = 0; t < prompts[i].Count; t++)
            {
                ids[i, start + t] = prompts[i][t];
            }
        }

        var padded = prompts.Exists(p => p.Count < _longest);
        return (tensor(ids, ScalarType.Int64, _model.Device), padded ? tensor(mask, ScalarType.Int64, _model.Device) : null);
    }
}
