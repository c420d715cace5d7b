using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Sft;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Log-probabilities, entropy, KL and masked statistics.</summary>
internal static class LogProbabilityOps
{
    [GoldenOp("logprobs_from_logits")]
    internal static IReadOnlyDictionary<string, object?> Tokens(GoldenInputs inputs) =>
        new Dictionary<string, object?>
        {
            ["logprobs"] = LogProbabilities.TokenLogProbabilities(
                inputs.Tensor("logits"),
                inputs.Ids("labels"),
                inputs.Number("temperature")
            ),
        };

    [GoldenOp("sequence_logprobs")]
    internal static IReadOnlyDictionary<string, object?> Sequences(GoldenInputs inputs)
    {
        var (logits, labels) = (inputs.Tensor("logits"), inputs.Ids("labels"));
        var (positions, targets) = SftLoss.Predictions(labels);
        var chosen = LogProbabilities.TokenLogProbabilities(logits.flatten(0, 1).index_select(0, positions), targets);
        var width = labels.shape[1];
        var tokens = zeros(labels.numel(), inputs.Dtype, inputs.Device)
            .index_copy(0, positions, chosen)
            .view(-1, width)
            .narrow(1, 0, width - 1);
        var counted = labels.narrow(1, 1, width - 1).ne(SftRow.IgnoredLabel);
        return new Dictionary<string, object?>
        {
            ["token_logprobs"] = tokens,
            ["sum"] = tokens.sum(1),
            ["count"] = counted.sum(1),
            ["mean"] = Masked.RowMaskedMean(tokens, counted),
        };
    }

    [GoldenOp("entropy")]
    internal static IReadOnlyDictionary<string, object?> Entropy(GoldenInputs inputs)
    {
        var logits = inputs.Leaf("logits");
        var entropy = LogProbabilities.Entropy(logits, inputs.Number("temperature"));
        var mean = Masked.MaskedMean(entropy, inputs.Ids("mask"));
        mean.backward();
        return new Dictionary<string, object?>
        {
            ["entropy"] = entropy,
            ["masked_mean"] = mean,
            ["grad_masked_mean"] = logits.grad,
        };
    }

    [GoldenOp("kl_per_token")]
    internal static IReadOnlyDictionary<string, object?> KlPerToken(GoldenInputs inputs)
    {
        var (reference, mask) = (inputs.Tensor("ref_logp"), inputs.Ids("mask"));
        var plain = inputs.Tensor("logp");
        var results = new Dictionary<string, object?>
        {
            ["abs"] = Masked.Zeroed(KlPenalty.PerToken(plain, reference, KlEstimator.K1).abs(), mask),
            ["k3_clamped10"] = Masked.Zeroed(KlPenalty.PerToken(plain, reference, KlEstimator.K3).clamp(-10, 10), mask),
            ["seq_sum_k1"] = KlPenalty.SequenceSum(plain, reference, mask),
            ["mean_seq_sum_k1"] = KlPenalty.SequenceSum(plain, reference, mask).mean(),
        };
        foreach (var (name, estimator) in new[] { ("k1", KlEstimator.K1), ("k2", KlEstimator.K2), ("k3", KlEstimator.K3) })
        {
            var logp = inputs.Leaf("logp");
            var kl = KlPenalty.PerToken(logp, reference, estimator);
            var mean = Masked.MaskedMean(kl, mask);
            mean.backward();
            results[name] = Masked.Zeroed(kl, mask);
            results["token_mean_" + name] = mean;
            results["grad_token_mean_" + name] = logp.grad;
        }
        return results;
    }

    [GoldenOp("kl_full")]
    internal static IReadOnlyDictionary<string, object?> KlFull(GoldenInputs inputs) =>
        new Dictionary<string, object?> { ["kl"] = LogProbabilities.FullKl(inputs.Tensor("logits"), inputs.Tensor("ref_logits")) };

    [GoldenOp("masked_stats")]
    internal static IReadOnlyDictionary<string, object?> Statistics(GoldenInputs inputs)
    {
        var (values, mask) = (inputs.Tensor("values"), inputs.Ids("mask"));
        return new Dictionary<string, object?>
        {
            ["count"] = Masked.MaskedSum(ones_like(values), mask),
            ["mean"] = Masked.MaskedMean(values, mask),
            ["var_unbiased"] = Masked.MaskedVariance(values, mask, unbiased: true),
            ["var_biased"] = Masked.MaskedVariance(values, mask),
            ["row_mean"] = Masked.RowMaskedMean(values, mask),
            ["whiten_unbiased_shift"] = Masked.MaskedWhiten(values, mask, unbiased: true),
            ["whiten_unbiased_noshift"] = Masked.MaskedWhiten(values, mask, shiftMean: false, unbiased: true),
            ["whiten_biased_shift"] = Masked.MaskedWhiten(values, mask),
            ["whiten_biased_noshift"] = Masked.MaskedWhiten(values, mask, shiftMean: false),
        };
    }
}
