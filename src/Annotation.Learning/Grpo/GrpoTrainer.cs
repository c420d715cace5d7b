using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Grpo;

/// <summary>Group-relative policy optimisation (Shao et al. 2024): scores relative to their group, KL in the loss, no value model.</summary>
public sealed class GrpoTrainer(GrpoSettings settings) : PolicyGradientTrainer(settings)
{
    private protected override void CheckSettings() => SettingsPairs.Check(settings);

    private protected override PolicyObjective CreateObjective(Pretrained policy, RewardSource source) => new GrpoObjective(settings);
}

/// <summary>GRPO's part of an iteration.</summary>
internal sealed class GrpoObjective(GrpoSettings settings) : PolicyObjective
{
    internal override int CompletionsPerPrompt => settings.CompletionsPerPrompt;

    internal override bool WeighsByTokens => settings.Reduction == GrpoReduction.TokenMean;

    /// <summary>A = (score - group mean) / (group std + 1e-4), the same for all tokens of a completion.</summary>
    internal override Experience Weigh(Experience measured, double klCoefficient, Dictionary<string, double> metrics, CancellationToken ct)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var scores = measured.Scores.view(-1, settings.CompletionsPerPrompt); // (P, K)
        var advantages = GroupAdvantages.Centered(scores, settings.Scale);
        GroupAdvantages.Describe(metrics, scores, advantages);
        return measured with { Advantages = GroupAdvantages.PerToken(advantages, measured.Mask).MoveToOuterDisposeScope() };
    }

    /// <summary>The clipped policy loss plus beta * k3 of each token.</summary>
    internal override (Tensor Loss, Tensor Clipped, Tensor Ratio) Loss(Tensor logp, Experience part, double klCoefficient)
    {
        var advantages = part.Advantages.select(1, 0);
        var loss = GrpoLoss.Reduced(
            logp,
            part.OldLogp,
            part.ReferenceLogp,
            advantages,
            part.Mask,
            settings.ClipRange,
            settings.ClipRange,
            klCoefficient,
            settings.Reduction,
            settings.MaxNewTokens
        );
        var (_, clipped, _) = PolicyLoss.PerToken(logp, part.OldLogp, part.Advantages, settings.ClipRange, settings.ClipRange);
        return (loss, clipped, PolicyLoss.Ratio(logp, part.OldLogp));
    }
}
