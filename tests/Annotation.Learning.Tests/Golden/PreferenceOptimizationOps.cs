using Annotation.Learning.Dpo;
using Annotation.Learning.Grpo;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;

namespace Annotation.Learning.Tests.Golden;

/// <summary>DPO, RLOO and GRPO.</summary>
internal static class PreferenceOptimizationOps
{
    [GoldenOp("dpo_loss")]
    internal static IReadOnlyDictionary<string, object?> Dpo(GoldenInputs inputs)
    {
        var (chosen, rejected) = (inputs.Leaf("policy_chosen"), inputs.Leaf("policy_rejected"));
        var (referenceChosen, referenceRejected, beta) = (
            inputs.Tensor("ref_chosen"),
            inputs.Tensor("ref_rejected"),
            inputs.Number("beta")
        );
        var losses = DpoLoss.PerPair(
            chosen,
            rejected,
            referenceChosen,
            referenceRejected,
            beta,
            inputs.Number("label_smoothing"),
            Enum.Parse<DpoLossKind>(inputs.Text("loss_type"), ignoreCase: true)
        );
        var loss = losses.mean();
        loss.backward();
        var (good, bad) = (
            DpoLoss.ImplicitReward(chosen, referenceChosen, beta),
            DpoLoss.ImplicitReward(rejected, referenceRejected, beta)
        );
        return new Dictionary<string, object?>
        {
            ["losses"] = losses,
            ["loss"] = loss,
            ["chosen_rewards"] = good,
            ["rejected_rewards"] = bad,
            ["accuracy"] = good.gt(bad).to(inputs.Dtype).mean(),
            ["margin"] = (good - bad).mean(),
            ["grad_policy_chosen"] = chosen.grad,
            ["grad_policy_rejected"] = rejected.grad,
        };
    }

    [GoldenOp("rloo_advantages")]
    internal static IReadOnlyDictionary<string, object?> Rloo(GoldenInputs inputs)
    {
        var advantages = GroupAdvantages.LeaveOneOut(inputs.Tensor("rewards"));
        return new Dictionary<string, object?>
        {
            ["advantages"] = advantages,
            ["advantages_normalized"] = GroupAdvantages.Standardized(advantages),
        };
    }

    [GoldenOp("grpo_advantages")]
    internal static IReadOnlyDictionary<string, object?> GrpoAdvantages(GoldenInputs inputs)
    {
        var (rewards, epsilon) = (inputs.Tensor("rewards"), inputs.Number("eps"));
        return new Dictionary<string, object?>
        {
            ["group"] = GroupAdvantages.Centered(rewards, GroupScale.Group, epsilon),
            ["none"] = GroupAdvantages.Centered(rewards, GroupScale.None, epsilon),
            ["batch"] = GroupAdvantages.Centered(rewards, GroupScale.Batch, epsilon),
        };
    }

    [GoldenOp("grpo_loss")]
    internal static IReadOnlyDictionary<string, object?> Grpo(GoldenInputs inputs)
    {
        var (logp, reference, mask) = (inputs.Leaf("logp"), inputs.Tensor("ref_logp"), inputs.Ids("mask"));
        var loss = GrpoLoss.Reduced(
            logp,
            inputs.Tensor("old_logp"),
            reference,
            inputs.Tensor("advantages"),
            mask,
            inputs.Number("eps_low"),
            inputs.Number("eps_high"),
            inputs.Number("beta"),
            inputs.Text("loss_type") switch
            {
                "grpo" => GrpoReduction.SequenceMean,
                "bnpo" => GrpoReduction.TokenMean,
                _ => GrpoReduction.FixedLength,
            },
            inputs.Count("max_completion_length")
        );
        loss.backward();
        var kl = Masked.MaskedMean(KlPenalty.PerToken(logp, reference, KlEstimator.K3), mask);
        return new Dictionary<string, object?>
        {
            ["loss"] = loss,
            ["grad_logp"] = logp.grad,
            ["mean_kl"] = kl,
        };
    }
}
