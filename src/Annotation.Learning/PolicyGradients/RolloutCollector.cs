using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using Annotation.Learning.Training;

namespace Annotation.Learning.PolicyGradients;

/// <summary>Draws prompts and lets the policy complete them. Which prompts, and what is drawn, are functions of the seed and the iteration.</summary>
internal sealed class RolloutCollector
{
    // Streams of random numbers; the trainer has others.
    private const int PromptPath = 1;
    private const int SamplingPath = 2;

    private readonly PolicyGradientSettings _settings;
    private readonly int _perPrompt;
    private readonly Sampler _sampler;
    private readonly List<(IReadOnlyList<Message> Prompt, int[] Ids)> _usable;

    /// <summary>Keeps the prompts that leave room for a completion.</summary>
    /// <exception cref="ArgumentException">None does.</exception>
    internal RolloutCollector(
        PolicyGradientSettings settings,
        int perPrompt,
        Pretrained policy,
        int contextLength,
        IReadOnlyList<IReadOnlyList<Message>> prompts
    )
    {
        (_settings, _perPrompt, _sampler) = (settings, perPrompt, new Sampler(policy));
        // One position more for the end token that scoring adds.
        var room = Math.Min(policy.Model.Config.ContextLength, contextLength) - settings.MaxNewTokens - 1;
        _usable = [.. prompts.Select(p => (p, policy.Template.EncodePrompt(p).ToArray())).Where(p => p.Item2.Length <= room)];
        if (_usable.Count == 0)
        {
            throw new NothingToLearnException(
                $"None of {prompts.Count} prompts has at most {room} tokens, what the context leaves beside MaxNewTokens ({settings.MaxNewTokens})."
            );
        }
        DroppedPrompts = prompts.Count - _usable.Count;
    }

    /// <summary>Prompts that were too long.</summary>
    internal int DroppedPrompts { get; }

    /// <summary>The completions of an iteration, those of one prompt together.</summary>
    internal IReadOnlyList<Rollout> Collect(int iteration, CancellationToken ct)
    {
        var taken = TakePrompts(iteration).SelectMany(i => Enumerable.Repeat(_usable[i], _perPrompt)).ToList();
        var sampling = new SamplingSettings
        {
            Temperature = _settings.Temperature,
            MaxNewTokens = _settings.MaxNewTokens,
            Seed = Random(SamplingPath, iteration).NextBits(),
        };
        var written = _sampler.Generate([.. taken.Select(t => t.Ids)], sampling, ct);
        return [.. taken.Zip(written, (t, w) => new Rollout(t.Prompt, t.Ids, [.. w.Ids], w.Ended, w.Text))];
    }

    // Prompts in a fresh order for every pass over them; iterations go on where the one before ended.
    private IEnumerable<int> TakePrompts(int iteration)
    {
        int[] order = [];
        var pass = -1;
        var count = _settings.RolloutSize / _perPrompt;
        for (var i = 0; i < count; i++)
        {
            var at = (long)iteration * count + i;
            if (at / _usable.Count != pass)
            {
                pass = (int)(at / _usable.Count);
                order = Random(PromptPath, pass).Permutation(_usable.Count);
            }
            yield return order[at % _usable.Count];
        }
    }

    private SeededRandom Random(params ReadOnlySpan<int> path) => new((ulong)_settings.Seed, path);
}
