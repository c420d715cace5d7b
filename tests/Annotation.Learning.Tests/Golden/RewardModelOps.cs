using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Losses and scores of reward models.</summary>
internal static class RewardModelOps
{
    [GoldenOp("rm_pairwise_loss")]
    internal static IReadOnlyDictionary<string, object?> Pairwise(GoldenInputs inputs)
    {
        var (chosen, rejected) = (inputs.Leaf("chosen"), inputs.Leaf("rejected"));
        var difference = chosen - rejected;
        var perPair = PreferenceLosses.BradleyTerry(
            inputs.TensorOrNull("margin") is { } margin ? difference - margin : difference,
            inputs.Number("label_smoothing")
        );

        // A pair is a ranking of two.
        var scores = stack([chosen, rejected], 1);
        var ranks = tensor(new long[] { 1, 2 }, device: inputs.Device).expand(scores.shape);
        var loss = perPair.mean() + PreferenceLosses.PairMeanCentering(scores, ranks).mean() * inputs.Number("center_coef");
        loss.backward();
        return new Dictionary<string, object?>
        {
            ["per_pair"] = perPair,
            ["loss"] = loss,
            ["grad_chosen"] = chosen.grad,
            ["grad_rejected"] = rejected.grad,
            ["accuracy"] = chosen.gt(rejected).to(inputs.Dtype).mean(),
            ["accuracy_ties_half"] = PreferenceLosses.CorrectPairs(scores, ranks).mean(),
        };
    }

    [GoldenOp("rm_kwise_loss")]
    internal static IReadOnlyDictionary<string, object?> Kwise(GoldenInputs inputs)
    {
        var ranks = inputs.RaggedCounts("ranks");
        var rankTensor = Padded(ranks, inputs.Device);
        var pairs = PreferenceLosses.PairCount(rankTensor, inputs.Dtype);
        var (loss, grad, scores) = Run(s => PreferenceLosses.PairMean(s, rankTensor).masked_select(pairs.gt(0)).mean());
        var all = tensor(ranks.Select(r => r.Length * (r.Length - 1) / 2.0).ToArray(), inputs.Dtype, inputs.Device);
        var (lossAll, gradAll, _) = Run(s => (PreferenceLosses.PairSum(s, rankTensor) / all).masked_select(pairs.gt(0)).mean());
        var (lossFlat, gradFlat, _) = Run(s => PreferenceLosses.PairSum(s, rankTensor).sum() / pairs.sum());
        return new Dictionary<string, object?>
        {
            ["n_pairs"] = pairs,
            ["per_prompt"] = PreferenceLosses.PairMean(scores, rankTensor),
            ["loss"] = loss,
            ["grad"] = grad,
            ["loss_all_pairs_norm"] = lossAll,
            ["grad_all_pairs_norm"] = gradAll,
            ["loss_flat"] = lossFlat,
            ["grad_flat"] = gradFlat,
            ["pair_accuracy"] = PreferenceLosses.CorrectPairs(scores, rankTensor).sum() / pairs.sum(),
        };

        (Tensor Loss, Tensor[] Grad, Tensor Scores) Run(Func<Tensor, Tensor> formula) => WithGradient(inputs, formula);
    }

    [GoldenOp("plackett_luce_loss")]
    internal static IReadOnlyDictionary<string, object?> PlackettLuce(GoldenInputs inputs)
    {
        // Only the first m choices count: everything later shares one rank.
        var most = inputs.NumberOrNull("top_m") is { } m ? (int)m : int.MaxValue;
        var ranks = inputs
            .RaggedCounts("order")
            .Select(order => order.Select((_, item) => Math.Min(Array.IndexOf(order, item), most) + 1).ToArray())
            .ToArray();
        var rankTensor = Padded(ranks, inputs.Device);
        var (loss, grad, scores) = WithGradient(inputs, s => PreferenceLosses.PlackettLuce(s, rankTensor).mean());
        return new Dictionary<string, object?>
        {
            ["per_prompt"] = PreferenceLosses.PlackettLuce(scores, rankTensor),
            ["loss"] = loss,
            ["grad"] = grad,
        };
    }

    [GoldenOp("rm_tie_loss")]
    internal static IReadOnlyDictionary<string, object?> Ties(GoldenInputs inputs)
    {
        var (a, b) = (inputs.Leaf("score_a"), inputs.Leaf("score_b"));
        var logStrength = tensor(Math.Log(inputs.Number("param")), inputs.Dtype, inputs.Device).requires_grad_();
        Tensor Outcomes(Tensor difference) =>
            inputs.Text("model") == "davidson"
                ? PreferenceLosses.DavidsonLogProbabilities(difference, logStrength.exp())
                : PreferenceLosses.RaoKupperLogProbabilities(difference, logStrength.exp());

        // A wins: ranks 1, 2; b wins: 2, 1; tie: 1, 1.
        int[][] ranks =
        [
            .. inputs
                .Counts("label")
                .Select(l =>
                    l switch
                    {
                        0 => (int[])[1, 2],
                        1 => [2, 1],
                        _ => [1, 1],
                    }
                ),
        ];
        var perPair = PreferenceLosses.PairMeanWithTies(stack([a, b], 1), Padded(ranks, inputs.Device), Outcomes);
        var loss = perPair.mean();
        loss.backward();
        var outcomes = Outcomes(a - b).exp();
        return new Dictionary<string, object?>
        {
            ["p_a"] = outcomes.select(1, 0),
            ["p_b"] = outcomes.select(1, 1),
            ["p_tie"] = outcomes.select(1, 2),
            ["per_pair"] = perPair,
            ["loss"] = loss,
            ["grad_a"] = a.grad,
            ["grad_b"] = b.grad,
            ["grad_log_param"] = logStrength.grad,
        };
    }

    [GoldenOp("last_token_score")]
    internal static IReadOnlyDictionary<string, object?> LastTokenScore(GoldenInputs inputs)
    {
        var mask = inputs.Ids("attention_mask");
        return new Dictionary<string, object?>
        {
            ["index"] = LastToken.Index(mask),
            ["score"] = LastToken.Gather(inputs.Tensor("token_scores"), mask),
        };
    }

    [GoldenOp("reward_normalize")]
    internal static IReadOnlyDictionary<string, object?> Normalize(GoldenInputs inputs)
    {
        var rewards = inputs.Numbers("rewards");
        var moments = new RunningMoments();
        moments.Add(rewards);
        var normalization = ScoreNormalization.From(moments);
        var (mean, std) = (inputs.Number("new_mean"), inputs.Number("new_std"));
        return new Dictionary<string, object?>
        {
            ["mean"] = normalization.Mean,
            ["std"] = normalization.Std,
            ["gain"] = std / normalization.Std,
            ["bias"] = mean + std * normalization.Apply(0),
            ["normalized"] = rewards.Select(r => mean + std * normalization.Apply(r)).ToArray(),
            ["bias_only"] = -normalization.Mean,
            ["centered"] = rewards.Select(r => (normalization with { Std = 1 }).Apply(r)).ToArray(),
        };
    }

    [GoldenOp("running_moments")]
    internal static IReadOnlyDictionary<string, object?> Moments(GoldenInputs inputs)
    {
        var whole = new RunningMoments();
        var (batchMean, batchStd, mean, std) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        foreach (var row in inputs.Ragged("batches"))
        {
            var values = row.to(ScalarType.Float64).cpu().data<double>().ToArray();
            var one = new RunningMoments();
            one.Add(values);
            whole.Add(values);
            batchMean.Add(one.Mean);
            batchStd.Add(one.UnbiasedStd);
            mean.Add(whole.Mean);
            std.Add(whole.UnbiasedStd);
        }
        return new Dictionary<string, object?>
        {
            ["batch_mean"] = batchMean,
            ["batch_std_unbiased"] = batchStd,
            ["mean"] = mean,
            ["std_unbiased"] = std,
        };
    }

    [GoldenOp("ensemble_uncertainty")]
    internal static IReadOnlyDictionary<string, object?> Uncertainty(GoldenInputs inputs)
    {
        var (a, b) = (inputs.Tensor("scores_a"), inputs.Tensor("scores_b"));
        var (mean, variance, entropy, bald) = Ensemble.Disagreement(a, b);
        return new Dictionary<string, object?>
        {
            ["mean_a"] = Ensemble.Combine(a, EnsembleRule.Mean),
            ["wco_a"] = Ensemble.Combine(a, EnsembleRule.Worst),
            ["uwo_a"] = Ensemble.Combine(a, EnsembleRule.UncertaintyWeighted, inputs.Number("uwo_lambda")),
            ["std_a"] = Ensemble.PopulationVariance(a).sqrt(),
            ["p_mean"] = mean,
            ["p_var"] = variance,
            ["predictive_entropy"] = entropy,
            ["bald"] = bald,
            ["order_by_p_var"] = variance.argsort(descending: true),
        };
    }

    private static (Tensor Loss, Tensor[] Grad, Tensor Scores) WithGradient(GoldenInputs inputs, Func<Tensor, Tensor> formula)
    {
        var rows = inputs.Ragged("scores");
        var width = rows.Max(r => r.shape[0]);
        var scores = stack([.. rows.Select(r => nn.functional.pad(r, [0, width - r.shape[0]]))]).detach().requires_grad_();
        var loss = formula(scores);
        loss.backward();
        return (loss, [.. rows.Select((r, i) => scores.grad![i].narrow(0, 0, r.shape[0]))], scores);
    }

    private static Tensor Padded(int[][] ranks, Device device) => TokenRows.Pad(ranks, device);
}
