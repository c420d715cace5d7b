using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>PPO's rewards, advantages and losses.</summary>
internal static class PpoOps
{
    [GoldenOp("kl_reward")]
    internal static IReadOnlyDictionary<string, object?> KlReward(GoldenInputs inputs)
    {
        var (logp, reference, mask) = (inputs.Tensor("logp"), inputs.Tensor("ref_logp"), inputs.Ids("mask"));
        var (scores, beta) = (inputs.Tensor("scores"), inputs.Number("beta"));
        var estimator = Estimator(inputs, "estimator");
        var kl = Masked.Zeroed(KlPenalty.PerToken(logp, reference, estimator), mask);
        var rewards = KlPenalty.TokenRewards(scores, logp, reference, mask, beta, inputs.NumberOrNull("score_clip"), estimator);
        return new Dictionary<string, object?>
        {
            ["kl"] = kl,
            ["non_score"] = KlPenalty.TokenRewards(zeros_like(scores), logp, reference, mask, beta, estimator: estimator),
            ["rewards"] = rewards,
            ["score_index"] = LastToken.Index(mask).masked_fill(mask.sum(1).eq(0), -1),
            ["total"] = rewards.sum(1),
            ["kl_sum"] = kl.sum(1),
        };
    }

    [GoldenOp("gae")]
    internal static IReadOnlyDictionary<string, object?> Gae(GoldenInputs inputs)
    {
        var mask = inputs.Ids("mask");
        var (advantages, returns) = Advantages.Estimate(
            inputs.Tensor("rewards"),
            inputs.Tensor("values"),
            mask,
            inputs.Number("gamma"),
            inputs.Number("lam")
        );
        return new Dictionary<string, object?>
        {
            ["advantages"] = advantages,
            ["returns"] = returns,
            ["advantages_whitened_unbiased"] = Masked.MaskedWhiten(advantages, mask, unbiased: true),
            ["advantages_whitened_biased"] = Masked.MaskedWhiten(advantages, mask),
        };
    }

    [GoldenOp("gae_skip_masked")]
    internal static IReadOnlyDictionary<string, object?> GaeWithHoles(GoldenInputs inputs) => Gae(inputs);

    [GoldenOp("policy_loss")]
    internal static IReadOnlyDictionary<string, object?> Policy(GoldenInputs inputs)
    {
        var (logp, old, mask) = (inputs.Leaf("logp"), inputs.Tensor("old_logp"), inputs.Ids("mask"));
        var (losses, clipped, bounded) = PolicyLoss.PerToken(
            logp,
            old,
            inputs.Tensor("advantages"),
            inputs.Number("clip_low"),
            inputs.Number("clip_high"),
            inputs.NumberOrNull("dual_clip")
        );
        var loss = PolicyLoss.Aggregate(
            losses,
            mask,
            inputs.Text("agg_mode") switch
            {
                "token-mean" => TokenAggregation.TokenMean,
                "seq-mean-token-mean" => TokenAggregation.SequenceMeanTokenMean,
                _ => TokenAggregation.SequenceMeanTokenSum,
            }
        );
        loss.backward();
        // How far the new policy is from the old one: KL(old || new) estimated on the old one's tokens.
        Tensor Kl(KlEstimator estimator) => Masked.MaskedMean(KlPenalty.PerToken(old, logp, estimator), mask);
        return new Dictionary<string, object?>
        {
            ["loss"] = loss,
            ["grad_logp"] = logp.grad,
            ["clipfrac"] = Masked.MaskedMean(clipped.to(inputs.Dtype), mask),
            ["clipfrac_lower"] = Masked.MaskedMean(bounded.to(inputs.Dtype), mask),
            ["approxkl_k1"] = Kl(KlEstimator.K1),
            ["approxkl_k2"] = Kl(KlEstimator.K2),
            ["approxkl_k3"] = Kl(KlEstimator.K3),
            ["ratio_mean"] = Masked.MaskedMean(PolicyLoss.Ratio(logp, old), mask),
        };
    }

    [GoldenOp("value_loss")]
    internal static IReadOnlyDictionary<string, object?> Value(GoldenInputs inputs)
    {
        var (values, returns, mask) = (inputs.Leaf("values"), inputs.Tensor("returns"), inputs.Ids("mask"));
        var (loss, clipped) = ValueLoss.HalfMaskedMean(values, inputs.Tensor("old_values"), returns, mask, inputs.NumberOrNull("clip"));
        loss.backward();
        return new Dictionary<string, object?>
        {
            ["loss"] = loss,
            ["grad_values"] = values.grad,
            ["clipfrac"] = clipped,
            ["explained_variance"] = ValueLoss.ExplainedVariance(values, returns, mask),
        };
    }

    [GoldenOp("adaptive_kl")]
    internal static IReadOnlyDictionary<string, object?> AdaptiveKl(GoldenInputs inputs)
    {
        var coefficient = inputs.Number("init_coef");
        var values = inputs
            .Numbers("current_kl")
            .Zip(inputs.Counts("n_steps"))
            .Select(update =>
                coefficient = AdaptiveKlCoefficient.Next(
                    coefficient,
                    update.First,
                    inputs.Number("target"),
                    inputs.Number("horizon"),
                    update.Second
                )
            );
        return new Dictionary<string, object?> { ["values"] = values.ToArray() };
    }

    [GoldenOp("truncate_response")]
    internal static IReadOnlyDictionary<string, object?> Truncate(GoldenInputs inputs)
    {
        var (ids, scores) = (inputs.Ids("responses"), inputs.Tensor("scores"));
        var (hasStop, last, mask) = CompletionEnd.Find(ids, inputs.Count("stop_id"));
        return new Dictionary<string, object?>
        {
            ["truncated"] = ids.masked_fill(mask.logical_not(), inputs.Count("pad_id")),
            ["last_index"] = last,
            ["has_stop"] = hasStop,
            ["response_mask"] = mask,
            ["scores_subtract"] = CompletionEnd.PenalizeMissing(scores, hasStop, inputs.Number("missing_eos_penalty")),
            ["scores_replace"] = scores.masked_fill(hasStop.logical_not(), inputs.Number("penalty_value")),
        };
    }

    /// <summary>The score stands one position after the end where there is room, and that position has a value.</summary>
    [GoldenOp("trl_v2_advantages")]
    internal static IReadOnlyDictionary<string, object?> TrlAdvantages(GoldenInputs inputs)
    {
        var ids = inputs.Ids("responses");
        var (hasStop, last, mask) = CompletionEnd.Find(ids, inputs.Count("eos_id"));
        var processed = ids.masked_fill(mask.logical_not(), inputs.Count("pad_id"));
        var scores = inputs.NumberOrNull("missing_eos_penalty") is { } penalty
            ? CompletionEnd.PenalizeMissing(inputs.Tensor("scores"), hasStop, penalty)
            : inputs.Tensor("scores");

        var positions = arange(ids.shape[1], ScalarType.Int64, inputs.Device).unsqueeze(0);
        var oneMore = positions.le(last.unsqueeze(1) + 1);
        var penalties = KlPenalty.TokenRewards(
            zeros_like(scores),
            inputs.Tensor("logp"),
            inputs.Tensor("ref_logp"),
            mask,
            inputs.Number("kl_coef"),
            estimator: Estimator(inputs, "kl_estimator")
        );
        var rewards = penalties.scatter_add(1, LastToken.Index(oneMore.to(ScalarType.Int64)).unsqueeze(1), scores.unsqueeze(1));
        if (inputs.Flag("whiten_rewards"))
        {
            rewards = Masked.MaskedWhiten(rewards, oneMore, shiftMean: false, unbiased: true);
        }
        var (advantages, returns) = Advantages.Estimate(
            rewards,
            inputs.Tensor("values"),
            oneMore,
            inputs.Number("gamma"),
            inputs.Number("lam")
        );
        return new Dictionary<string, object?>
        {
            ["postprocessed"] = processed,
            ["sequence_lengths"] = last,
            ["padding_mask"] = mask.logical_not(),
            ["padding_mask_p1"] = oneMore.logical_not(),
            ["scores"] = scores,
            ["rewards"] = rewards,
            ["advantages"] = Masked.MaskedWhiten(advantages, mask, unbiased: true),
            ["returns"] = returns,
        };
    }

    [GoldenOp("ppo_step")]
    internal static IReadOnlyDictionary<string, object?> Step(GoldenInputs inputs)
    {
        var (logits, values, labels, mask) = (inputs.Leaf("logits"), inputs.Leaf("values"), inputs.Ids("responses"), inputs.Ids("mask"));
        var (temperature, clip) = (inputs.Number("temperature"), inputs.Number("clip"));
        var oldLogp = LogProbabilities.TokenLogProbabilities(inputs.Tensor("old_logits"), labels, temperature);
        var referenceLogp = LogProbabilities.TokenLogProbabilities(inputs.Tensor("ref_logits"), labels, temperature);
        var rewards = KlPenalty.TokenRewards(inputs.Tensor("scores"), oldLogp, referenceLogp, mask, inputs.Number("beta"));
        var (raw, returns) = Advantages.Estimate(rewards, inputs.Tensor("old_values"), mask, inputs.Number("gamma"), inputs.Number("lam"));
        var advantages = Masked.MaskedWhiten(raw, mask, unbiased: true);

        var logp = LogProbabilities.TokenLogProbabilities(logits, labels, temperature);
        var (losses, clipped, _) = PolicyLoss.PerToken(logp, oldLogp, advantages, clip, clip);
        var policyLoss = PolicyLoss.Aggregate(losses, mask, TokenAggregation.TokenMean);
        var (valueLoss, _) = ValueLoss.HalfMaskedMean(
            values,
            inputs.Tensor("old_values"),
            returns,
            mask,
            inputs.NumberOrNull("value_clip")
        );
        var entropy = Masked.MaskedMean(LogProbabilities.Entropy(logits, temperature), mask);
        var loss = policyLoss + valueLoss * inputs.Number("vf_coef") - entropy * inputs.Number("ent_coef");
        loss.backward();
        return new Dictionary<string, object?>
        {
            ["old_logp"] = oldLogp,
            ["ref_logp"] = referenceLogp,
            ["rewards"] = rewards,
            ["advantages"] = advantages,
            ["returns"] = returns,
            ["logp"] = logp,
            ["policy_loss"] = policyLoss,
            ["value_loss"] = valueLoss,
            ["entropy"] = entropy,
            ["loss"] = loss,
            ["grad_logits"] = logits.grad,
            ["grad_values"] = values.grad,
            ["clipfrac"] = Masked.MaskedMean(clipped.to(inputs.Dtype), mask),
            ["approxkl_k2"] = Masked.MaskedMean(KlPenalty.PerToken(oldLogp, logp, KlEstimator.K2), mask),
        };
    }

    private static KlEstimator Estimator(GoldenInputs inputs, string name) => Enum.Parse<KlEstimator>(inputs.Text(name), ignoreCase: true);
}
