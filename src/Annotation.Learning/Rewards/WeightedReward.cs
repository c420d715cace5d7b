using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Rewards;

/// <summary>The weighted sum of several sources. A value model starts from the first one that has a trunk of its own.</summary>
/// <param name="parts">The sources and their weights, at least one.</param>
public sealed class WeightedReward(IReadOnlyList<(double Weight, RewardSource Source)> parts) : RewardSource
{
    /// <inheritdoc/>
    public override int ContextLength => parts.Min(p => p.Source.ContextLength);

    /// <inheritdoc/>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct)
    {
        var sums = new double[rollouts.Count];
        foreach (var (weight, source) in parts)
        {
            var scores = source.FiniteScores(rollouts, ct);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += weight * scores[i];
            }
        }
        return sums;
    }

    internal override LanguageModel ValueTrunk(Pretrained policy) =>
        parts.Select(p => p.Source.ValueTrunk(policy)).FirstOrDefault(t => !ReferenceEquals(t, policy.Model)) ?? policy.Model;
}
