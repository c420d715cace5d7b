using Annotation.Learning.Models;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>What an iteration learns from: completions with everything about them that stays while the policy changes. (B, T) each, float.</summary>
/// <param name="Rollouts">The completions.</param>
/// <param name="RawScores">Of the reward source, as they came.</param>
/// <param name="Scores">(B): clipped, and less the penalty where a completion did not end.</param>
/// <param name="Mask">1 at real tokens, the end token included.</param>
/// <param name="OldLogp">Log-probabilities under the policy that wrote them.</param>
/// <param name="ReferenceLogp">Under the reference policy.</param>
internal sealed record Experience(
    IReadOnlyList<Rollout> Rollouts,
    IReadOnlyList<double> RawScores,
    Tensor Scores,
    Tensor Mask,
    Tensor OldLogp,
    Tensor ReferenceLogp
)
{
    /// <summary>How much better each token was than expected; set by the objective.</summary>
    internal Tensor Advantages { get; init; } = OldLogp;

    /// <summary>Values when the completions were written, and the returns they should have been; null without a value model.</summary>
    internal (Tensor Old, Tensor Returns)? Values { get; init; }

    /// <summary>
    /// Scores the completions and computes, with the code the losses use, log-probabilities and reference log-probabilities. Tensors
    /// live in the caller's dispose scope.
    /// </summary>
    internal static Experience Measure(
        IReadOnlyList<Rollout> rollouts,
        Pretrained policy,
        Pretrained reference,
        RewardSource source,
        PolicyGradientSettings settings,
        double klCoefficient,
        Dictionary<string, double> metrics,
        CancellationToken ct
    )
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var device = policy.Model.Device;

        // 1. Scores.
        var raw = source.FiniteScores(rollouts, ct);
        var rawTensor = tensor(raw.ToArray(), WideType.Of(policy.Model.ScalarType), device);
        var ended = tensor(rollouts.Select(r => r.Ended).ToArray(), device: device);
        var scores = CompletionEnd.PenalizeMissing(
            settings.ScoreClip is { } limit ? rawTensor.clamp(-limit, limit) : rawTensor,
            ended,
            settings.MissingEndPenalty
        );

        // 2. Log-probabilities, a minibatch at a time.
        var measured = InPasses(
            rollouts,
            settings.RowsPerPass ?? settings.MinibatchSize,
            policy,
            batch =>
            {
                var logits = batch.Logits(policy.Model);
                return
                [
                    batch.Mask,
                    LogProbabilities.TokenLogProbabilities(logits, batch.Labels, settings.Temperature),
                    LogProbabilities.TokenLogProbabilities(batch.Logits(reference.Model), batch.Labels, settings.Temperature),
                    LogProbabilities.Entropy(logits, settings.Temperature),
                ];
            },
            ct
        );
        var (mask, logp, referenceLogp, entropy) = (measured[0], measured[1], measured[2], measured[3]);

        // 3. What the run's page shows of the rollout, read at once.
        var sequenceKl = KlPenalty.SequenceSum(logp, referenceLogp, mask);
        var k3 = Masked.Zeroed(KlPenalty.PerToken(logp, referenceLogp, KlEstimator.K3), mask).sum(1);
        MinibatchMetrics.Read(
            metrics,
            ("score", rawTensor.mean()),
            ("scoreStd", rawTensor.std(unbiased: false)),
            ("reward", (scores - sequenceKl * klCoefficient).mean()),
            ("sequenceKl", sequenceKl.mean()),
            ("sequenceKlK3", k3.mean()),
            ("entropy", Masked.MaskedMean(entropy, mask)),
            ("completionLength", mask.sum(1).to(logp.dtype).mean()),
            ("ended", ended.to(logp.dtype).mean())
        );
        metrics["klCoefficient"] = klCoefficient;
        return new(
            rollouts,
            raw,
            scores.MoveToOuterDisposeScope(),
            mask.MoveToOuterDisposeScope(),
            logp.MoveToOuterDisposeScope(),
            referenceLogp.MoveToOuterDisposeScope()
        );
    }

    /// <summary>
    /// Computes tensors (b, t) of some completions at a time and puts them together as (B, T), T the longest of all. Tensors live in
    /// the caller's dispose scope.
    /// </summary>
    internal static Tensor[] InPasses(
        IReadOnlyList<Rollout> rollouts,
        int rowsPerPass,
        Pretrained policy,
        Func<CompletionBatch, Tensor[]> compute,
        CancellationToken ct
    )
    {
        using var scope = NewDisposeScope();
        var longest = rollouts.Max(r => r.CompletionIds.Length);
        var parts = new List<Tensor[]>();
        foreach (var chunk in rollouts.Chunk(rowsPerPass))
        {
            ct.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            var batch = CompletionBatch.Of(chunk, policy.Tokenizer.EosId, policy.Model.Device);
            parts.Add([.. compute(batch).Select(m => Widen(m, longest).MoveToOuterDisposeScope())]);
        }
        return [.. Enumerable.Range(0, parts[0].Length).Select(i => cat([.. parts.Select(p => p[i])]).MoveToOuterDisposeScope())];
    }

    /// <summary>These completions alone, cut to the longest of them.</summary>
    internal Experience Take(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.Select(r => (long)r).ToArray(), device: Mask.device);
        var longest = rows.Max(r => Rollouts[r].CompletionIds.Length);
        return new(
            [.. rows.Select(r => Rollouts[r])],
            [.. rows.Select(r => RawScores[r])],
            Scores.index_select(0, index).MoveToOuterDisposeScope(),
            Cut(Mask),
            Cut(OldLogp),
            Cut(ReferenceLogp)
        )
        {
            Advantages = Cut(Advantages),
            Values = Values is { } values ? (Cut(values.Old), Cut(values.Returns)) : null,
        };

        Tensor Cut(Tensor all) => all.index_select(0, index).narrow(1, 0, longest).MoveToOuterDisposeScope();
    }

    private static Tensor Widen(Tensor values, long width) => nn.functional.pad(values, [0, width - values.shape[1]]);
}
