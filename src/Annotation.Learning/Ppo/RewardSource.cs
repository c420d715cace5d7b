using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;

namespace Annotation.Learning.Ppo;

/// <summary>A completion that the policy wrote while training.</summary>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="PromptIds">Its ids.</param>
/// <param name="CompletionIds">The ids sampled, the end token included when there is one.</param>
/// <param name="Ended">Whether it ends with the end token.</param>
/// <param name="Text">The completion decoded.</param>
public sealed record Rollout(IReadOnlyList<Message> Prompt, int[] PromptIds, int[] CompletionIds, bool Ended, string Text);

/// <summary>Where the scores of a policy's completions come from.</summary>
public abstract class RewardSource
{
    /// <summary>Longest row of tokens that can be scored.</summary>
    public virtual int ContextLength => int.MaxValue;

    /// <summary>One score per completion; around 0 with a standard deviation around 1, so that the KL coefficient keeps its meaning.</summary>
    public abstract IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct);

    /// <summary>A value model to start from, with storage of its own.</summary>
    internal abstract ValueModel CreateValueModel(Pretrained policy);
}

/// <summary>Scores of a reward model: the weighted sum of its normalised heads. The value model starts from its first member's trunk.</summary>
public sealed class RewardModelSource(RewardModel model) : RewardSource
{
    /// <inheritdoc/>
    public override int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    /// <remarks>The end token is added where it is missing, because a reward model never saw a row without one.</remarks>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. model.ScoreRows([.. rollouts.Select(r => model.Row(r.PromptIds, r.CompletionIds))], ct).Select(model.Weighted)];

    internal override ValueModel CreateValueModel(Pretrained policy) =>
        policy.Tokenizer.VocabularySize == model.Tokenizer.VocabularySize && policy.Tokenizer.EosId == model.Tokenizer.EosId
            ? ValueModel.FromTrunk(model.Members[0].Trunk)
            : throw new ArgumentException(
                "The reward model has another tokenizer than the policy: train it from a model with the policy's tokenizer."
            );
}

/// <summary>Scores of a program, from the prompt and the completion's text. The value model starts from the policy's trunk.</summary>
public sealed class ProgramReward(Func<IReadOnlyList<Message>, string, double> score) : RewardSource
{
    /// <inheritdoc/>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. rollouts.Select(r => score(r.Prompt, r.Text))];

    internal override ValueModel CreateValueModel(Pretrained policy) => ValueModel.FromTrunk(policy.Model);
}
