using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Rloo;

/// <summary>REINFORCE leave-one-out (Ahmadian et al. 2024): the other completions of a prompt are the baseline, no value model.</summary>
public sealed class RlooTrainer(RlooSettings settings) : PolicyGradientTrainer(settings)
{
    private protected override void CheckSettings() => SettingsPairs.Check(settings);

    private protected override PolicyObjective CreateObjective(Pretrained policy, RewardSource source) => new RlooObjective(settings);
}

/// <summary>RLOO's part of an iteration; a whole completion is one action.</summary>
internal sealed class RlooObjective(RlooSettings settings) : PolicyObjective
{
    internal override int CompletionsPerPrompt => settings.CompletionsPerPrompt;

    internal override bool WeighsByTokens => false;

    /// <summary>R = score - beta * KL of the completion; A_i = R_i - mean of the other K - 1.</summary>
    internal override Experience Weigh(Experience measured, double klCoefficient, Dictionary<string, double> metrics, CancellationToken ct)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var kl = KlPenalty.SequenceSum(measured.OldLogp, measured.ReferenceLogp, measured.Mask);
        var rewards = (measured.Scores - kl * klCoefficient).view(-1, settings.CompletionsPerPrompt); // (P, K)
        var advantages = GroupAdvantages.LeaveOneOut(rewards);
        GroupAdvantages.Describe(metrics, rewards, advantages);
        return measured with
        {
            Advantages = GroupAdvantages
                .PerToken(settings.NormalizeAdvantages ? GroupAdvantages.Standardized(advantages) : advantages, measured.Mask)
                .MoveToOuterDisposeScope(),
        };
    }

    /// <summary>mean over completions of max(-A r, -A clip(r)), r = exp(sum log pi - sum log pi_old).</summary>
    internal override (Tensor Loss, Tensor Clipped, Tensor Ratio) Loss(Tensor logp, Experience part, double klCoefficient)
    {
        using var scope = NewDisposeScope();
        var (losses, clipped) = RlooLoss.PerCompletion(logp, part.OldLogp, part.Advantages.select(1, 0), part.Mask, settings.ClipRange);
        var ratio = PolicyLoss.Ratio(Masked.Zeroed(logp, part.Mask).sum(1), Masked.Zeroed(part.OldLogp, part.Mask).sum(1));
        return (
            losses.mean().MoveToOuterDisposeScope(),
            clipped.unsqueeze(1).expand(logp.shape).MoveToOuterDisposeScope(),
            ratio.unsqueeze(1).expand(logp.shape).MoveToOuterDisposeScope()
        );
    }
}
