using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;

namespace Annotation.Learning.Rewards;

/// <summary>Scores of a reward model: the weighted sum of its normalised heads. A value model starts from its first member's trunk.</summary>
public sealed class RewardModelSource(RewardModel model) : RewardSource
{
    /// <inheritdoc/>
    public override int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    /// <remarks>The end token is added where it is missing, because a reward model never saw a row without one.</remarks>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. model.ScoreRows([.. rollouts.Select(r => model.Row(r.PromptIds, r.CompletionIds))], ct).Select(model.Weighted)];

    internal override LanguageModel ValueTrunk(Pretrained policy) =>
        policy.Tokenizer.VocabularySize == model.Tokenizer.VocabularySize && policy.Tokenizer.EosId == model.Tokenizer.EosId
            ? model.Members[0].Trunk
            : throw new ArgumentException(
                "The reward model has another tokenizer than the policy: train it from a model with the policy's tokenizer."
            );
}
