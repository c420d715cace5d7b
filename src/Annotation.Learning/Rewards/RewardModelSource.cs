using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;

namespace Annotation.Learning.Rewards;

/// <summary>
/// Scores of a reward model: the weighted sum of its normalised heads. Where the policy writes with the reward model's own tokenizer, a
/// value model starts from its first member's trunk and scores are of the very ids sampled; else the reward model reads the texts.
/// </summary>
/// <param name="model">The reward model; the caller keeps owning it.</param>
/// <param name="writer">The policy's tokenizer; null means the reward model's own.</param>
public sealed class RewardModelSource(RewardModel model, Tokenizer? writer = null) : RewardSource
{
    private readonly bool _sameIds = writer is null || writer.HasIdsOf(model.Tokenizer);

    /// <inheritdoc/>
    public override int ContextLength => _sameIds ? model.ContextLength : int.MaxValue;

    /// <inheritdoc/>
    /// <remarks>The end token is added where it is missing, because a reward model never saw a row without one.</remarks>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. model.Score([.. rollouts.Select(r => new ScoredCompletion(r.Prompt, r.Text, Row(r)))], ct).Select(model.Weighted)];

    internal override LanguageModel ValueTrunk(Pretrained policy) => _sameIds ? model.Members[0].Trunk : policy.Model;

    private int[] Row(Rollout rollout)
    {
        if (_sameIds)
        {
            return model.Row(rollout.PromptIds, rollout.CompletionIds);
        }
        var completion = model.Template.EncodeCompletion(rollout.Text);
        return model.RowWithin(model.ContextLength, model.Template.EncodePrompt(rollout.Prompt), completion)
            // Every completion that a policy wrote needs a score: one that is too long is read from its beginning.
            ?? [.. completion.Take(model.ContextLength - 1), model.Tokenizer.EosId];
    }
}
