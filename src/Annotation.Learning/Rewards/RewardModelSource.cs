using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;

namespace Annotation.Learning.Rewards;

/// <summary>
/// Scores of a reward model: the weighted sum of its normalised heads. Where the policy writes with the reward model's own tokenizer and
/// template, a value model starts from its first member's trunk and scores are of the very ids sampled; else the reward model reads the texts.
/// </summary>
/// <param name="model">The reward model; the caller keeps owning it.</param>
/// <param name="writer">The policy; null means one that writes as the reward model reads.</param>
public sealed class RewardModelSource(RewardModel model, Pretrained? writer = null) : RewardSource
{
    private readonly bool _sameIds = writer is null || writer.Template.HasIdsOf(model.Template);

    /// <inheritdoc/>
    public override int ContextLength => _sameIds ? model.ContextLength : int.MaxValue;

    /// <inheritdoc/>
    /// <remarks>Every row ends with the end token, because a reward model never saw one without; another end token gives way to it.</remarks>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. model.Score([.. rollouts.Select(Encode)], ct).Select(model.Weighted)];

    internal override LanguageModel ValueTrunk(Pretrained policy) => _sameIds ? model.Members[0].Trunk : policy.Model;

    private ScoredCompletion Encode(Rollout rollout)
    {
        if (!_sameIds)
        {
            return model.EncodeWritten(rollout.Prompt, rollout.Text);
        }
        var ids = rollout.CompletionIds;
        var ends = writer?.EndIds ?? [];
        return new(
            rollout.Prompt,
            rollout.Text,
            model.Row(rollout.PromptIds, ids is [.. var text, var last] && ends.Contains(last) ? text : ids)
        );
    }
}
