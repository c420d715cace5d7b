using System.Runtime.InteropServices;

namespace Annotation.Learning.Generation;

/// <summary>A prompt and what was drawn for it so far.</summary>
internal sealed class SampledRow(IReadOnlyList<int> prompt, int limit, TokenChooser chooser, CompletionText text)
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

    internal void Add(ReadOnlySpan<float> logits, Span<double> probabilities)
    {
        var (id, logProbability) = chooser.Choose(logits, probabilities, prompt, _ids);
        _ids.Add(id);
        _logProbabilities.Add(logProbability);
        _ended = text.IsEnd(id);
        // A stop sequence ends a completion as its end token does.
        _ended |= text.Advance(Written, Done);
    }

    internal GeneratedCompletion ToCompletion() => new([.. _ids], _ended, text.Whole(Written), [.. _logProbabilities]);

    /// <summary>The tokens without the one that ends them.</summary>
    private ReadOnlySpan<int> Written => CollectionsMarshal.AsSpan(_ids)[..(_ids.Count > 0 && text.IsEnd(_ids[^1]) ? ^1 : ^0)];
}
