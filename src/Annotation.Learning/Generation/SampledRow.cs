using System.Runtime.InteropServices;
using Annotation.Learning.Models;

namespace Annotation.Learning.Generation;

/// <summary>A prompt and what was drawn for it so far.</summary>
internal sealed class SampledRow(IReadOnlyList<int> prompt, int limit, TokenChooser chooser)
{
    private readonly List<int> _ids = [];
    private readonly List<float> _logProbabilities = [];
    private bool _ended;

    internal IReadOnlyList<int> Prompt => prompt;

    /// <summary>Most tokens that may be drawn.</summary>
    internal int Limit => limit;

    /// <summary>Whether no more are to be drawn.</summary>
    internal bool Done => _ended || _ids.Count >= limit;

    /// <summary>The newest token, and its position in the row.</summary>
    internal (long Id, long Position) Newest => (_ids[^1], prompt.Count + _ids.Count - 1);

    internal void Add(ReadOnlySpan<float> logits, Span<double> probabilities, int eosId)
    {
        var (id, logProbability) = chooser.Choose(logits, probabilities);
        _ids.Add(id);
        _logProbabilities.Add(logProbability);
        _ended = id == eosId;
    }

    internal GeneratedCompletion ToCompletion(Pretrained model)
    {
        var text = model.Template.DecodeCompletion(CollectionsMarshal.AsSpan(_ids)[..(_ended ? ^1 : ^0)]);
        return new GeneratedCompletion([.. _ids], _ended, text, [.. _logProbabilities]);
    }
}
