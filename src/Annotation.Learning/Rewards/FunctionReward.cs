using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Text;

namespace Annotation.Learning.Rewards;

/// <summary>Scores of a function of the prompt and the completion's text.</summary>
public sealed class FunctionReward(Func<IReadOnlyList<Message>, string, double> score) : RewardSource
{
    /// <inheritdoc/>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. rollouts.Select(r => score(r.Prompt, r.Text))];
}
