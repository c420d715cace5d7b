using Annotation.Learning.Models;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>What an iteration learns from: completions with everything about them that stays while the policy changes. (B, T) each, float.</summary>
/// <param name="Rollouts">The completions.</param>
/// <param name="Scores">Of the reward source, as they came.</param>
internal sealed record Experience(
    IReadOnlyList<Rollout> Rollouts,
    IReadOnlyList<double> Scores,
    Tensor Mask,
    Tensor OldLogp,
    Tensor OldValues,
    Tensor Advantages,
    Tensor Returns
)
{
    /// <summary>
    /// Scores the completions and computes, with the code the losses use, log-probabilities, reference log-probabilities and values;
    /// from them rewards, advantages (whitened over the rollout) and returns. Tensors live in the caller's dispose scope.
    /// </summary>
    internal static Experience Measure(
        IReadOnlyList<Rollout> rollouts,
        Pretrained policy,
        Pretrained reference,
        ValueModel valueModel,
        RewardSource source,
        PpoSettings settings,
        double klCoefficient,
        Dictionary<string, double> metrics,
        CancellationToken ct
    )
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var device = policy.Model.Device;
        var (endId, longest) = (policy.Tokenizer.EosId, rollouts.Max(r => r.CompletionIds.Length));

        // 1. Scores.
        var scores = source.Score(rollouts, ct);
        var scoreTensor = tensor(scores.ToArray(), policy.Model.ScalarType, device);

        // 2. Log-probabilities and values, a minibatch at a time.
        var parts = new List<Tensor[]>();
        foreach (var chunk in rollouts.Chunk(settings.MinibatchSize))
        {
            ct.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            var batch = CompletionBatch.Of(chunk, endId, device);
            var logits = batch.Logits(policy.Model);
            Tensor[] measured =
            [
                batch.Mask,
                TokenLogProbabilities(logits, batch, settings),
                TokenLogProbabilities(batch.Logits(reference.Model), batch, settings),
                valueModel.Values(batch),
                LogProbabilities.Entropy(logits, settings.Temperature),
            ];
            parts.Add([.. measured.Select(m => Widen(m, longest).MoveToOuterDisposeScope())]);
        }
        Tensor[] whole = [.. Enumerable.Range(0, 5).Select(i => cat([.. parts.Select(p => p[i])]))];
        var (mask, logp, referenceLogp, values, entropy) = (whole[0], whole[1], whole[2], whole[3], whole[4]);

        // 3. Rewards, advantages, returns.
        var ended = tensor(rollouts.Select(r => r.Ended).ToArray(), device: device);
        var penalized = CompletionEnd.PenalizeMissing(
            settings.ScoreClip is { } limit ? scoreTensor.clamp(-limit, limit) : scoreTensor,
            ended,
            settings.MissingEndPenalty
        );
        var rewards = KlPenalty.TokenRewards(penalized, logp, referenceLogp, mask, klCoefficient);
        var (advantages, returns) = Ppo.Advantages.Estimate(rewards, values, mask, settings.Gamma, settings.Lambda);
        var whitened = Masked.MaskedWhiten(advantages, mask);

        // 4. What the run's page shows of the rollout, read at once.
        var sequenceKl = KlPenalty.SequenceSum(logp, referenceLogp, mask);
        var k3 = Masked.Zeroed(KlPenalty.PerToken(logp, referenceLogp, KlEstimator.K3), mask).sum(1);
        (string Name, Tensor Value)[] shown =
        [
            ("score", scoreTensor.mean()),
            ("scoreStd", scoreTensor.std(unbiased: false)),
            ("reward", rewards.sum(1).mean()),
            ("sequenceKl", sequenceKl.mean()),
            ("sequenceKlK3", k3.mean()),
            ("entropy", Masked.MaskedMean(entropy, mask)),
            ("advantage", Masked.MaskedMean(advantages, mask)),
            ("advantageStd", Masked.MaskedVariance(advantages, mask).sqrt()),
            ("return", Masked.MaskedMean(returns, mask)),
            ("returnStd", Masked.MaskedVariance(returns, mask).sqrt()),
            ("explainedVariance", ValueLoss.ExplainedVariance(values, returns, mask)),
            ("completionLength", mask.sum(1).to(logp.dtype).mean()),
            ("ended", ended.to(logp.dtype).mean()),
        ];
        var numbers = stack([.. shown.Select(s => s.Value)]).to(ScalarType.Float64, CPU).data<double>().ToArray();
        foreach (var (entry, number) in shown.Zip(numbers))
        {
            metrics[entry.Name] = number;
        }
        metrics["klCoefficient"] = klCoefficient;
        return new(
            rollouts,
            scores,
            mask.MoveToOuterDisposeScope(),
            logp.MoveToOuterDisposeScope(),
            values.MoveToOuterDisposeScope(),
            whitened.MoveToOuterDisposeScope(),
            returns.MoveToOuterDisposeScope()
        );
    }

    /// <summary>The rows of a minibatch, cut to its longest completion.</summary>
    internal Experience Take(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.Select(r => (long)r).ToArray(), device: Mask.device);
        var longest = rows.Max(r => Rollouts[r].CompletionIds.Length);
        return new(
            [.. rows.Select(r => Rollouts[r])],
            [.. rows.Select(r => Scores[r])],
            Cut(Mask),
            Cut(OldLogp),
            Cut(OldValues),
            Cut(Advantages),
            Cut(Returns)
        );

        Tensor Cut(Tensor all) => all.index_select(0, index).narrow(1, 0, longest).MoveToOuterDisposeScope();
    }

    private static Tensor TokenLogProbabilities(Tensor logits, CompletionBatch batch, PpoSettings settings) =>
        LogProbabilities.TokenLogProbabilities(logits, batch.Labels, settings.Temperature);

    private static Tensor Widen(Tensor values, long width) => nn.functional.pad(values, [0, width - values.shape[1]]);
}
