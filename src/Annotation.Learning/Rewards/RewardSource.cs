using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Rewards;

/// <summary>Where the scores of a policy's completions come from.</summary>
public abstract class RewardSource
{
    /// <summary>Longest row of tokens that can be scored.</summary>
    public virtual int ContextLength => int.MaxValue;

    /// <summary>One score per completion; around 0 with a standard deviation around 1, so that the KL coefficient keeps its meaning.</summary>
    public abstract IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct);

    /// <summary>The trunk that a value model starts from; by default the policy's.</summary>
    internal virtual LanguageModel ValueTrunk(Pretrained policy) => policy.Model;

    /// <summary>The scores, which are all there and all numbers.</summary>
    /// <exception cref="RewardSourceException">They are not.</exception>
    public IReadOnlyList<double> FiniteScores(IReadOnlyList<Rollout> rollouts, CancellationToken ct)
    {
        var scores = Score(rollouts, ct);
        if (scores.Count != rollouts.Count)
        {
            throw new RewardSourceException($"The reward source gave {scores.Count} scores for {rollouts.Count} completions.");
        }
        for (var i = 0; i < scores.Count; i++)
        {
            if (!double.IsFinite(scores[i]))
            {
                throw new RewardSourceException(
                    $"The reward source gave {scores[i]} for the completion '{Shorten(rollouts[i].Text)}'; a score must be a finite number."
                );
            }
        }
        return scores;
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

/// <summary>A reward source that cannot score; the message says which, why and what to do.</summary>
public sealed class RewardSourceException(string message, Exception? inner = null) : Exception(message, inner);
