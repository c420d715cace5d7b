using Annotation.Learning.Checkpoints;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>The training of one member of a reward model: weights and heads in place, resumable to the same bytes.</summary>
internal sealed class RewardMemberTraining(RewardModelSettings settings, int index)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const string TieName = "tie.strength";

    // Heads and orders of a member are drawn from streams of their own.
    private const int HeadPath = 1;
    private const int OrderPath = 2;

    /// <summary>The seed of this member's heads.</summary>
    internal ulong HeadSeed => Seed(HeadPath);

    /// <summary>Trains; gives the steps done and the smallest validation loss (pairwise, nats).</summary>
    internal (int Steps, double? Nll, double? TieStrength) Run(
        RewardMember member,
        IReadOnlyList<RankedRows> train,
        IReadOnlyList<RankedRows> validation,
        CheckpointFolder? checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        // 1. What is trained, and how far a former process got.
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>(member.Weights());
        var tie = FirstTieStrength(train, member.Trunk.Device);
        if (tie is not null)
        {
            weights[TieName] = tie;
        }
        using var optimizer = new AdamW(weights.Select(w => (w.Key, w.Value)), Beta1, Beta2, weightDecay: settings.WeightDecay);
        using var best = new BestWeights(weights);
        var state = new TrainingState(weights, optimizer, best);
        state.Resume(checkpoints);
        var order = new EpochOrder(train.Count, settings.BatchPrompts, Seed(OrderPath));
        var total = order.StepsPerEpoch * settings.Epochs;
        var validateEvery = Math.Max(1, order.StepsPerEpoch / settings.ValidationsPerEpoch);
        var warmup = (int)(total * settings.WarmupShare);

        while (state.Step < total && best.Misses < settings.Patience)
        {
            // Asked here and nowhere else, so that a stop always leaves a checkpoint of a whole step.
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }
            using var step = NewDisposeScope();

            // 2. One optimizer step on the next rankings of the epoch's order.
            var batch = order.Batch(state.Step).Select(i => train[i]).ToList();
            var rate = LearningRate.Cosine(settings.LearningRate, state.Step + 1, total, warmup, settings.FinalLearningRateShare);
            var ranks = RankedRows.RankTensor(batch, member.Trunk.Device); // (R, K)
            var scores = RankedRows.Arrange(RewardScoring.Raw(member, batch, settings.MaxTokensPerPass), batch); // (R, K)
            var loss = Loss(scores, ranks, tie);
            loss.backward();
            var norm = optimizer.ClipGradients(settings.GradientClip);
            if (!double.IsFinite(norm))
            {
                throw new InvalidOperationException(
                    $"Gradients are not finite at step {state.Step + 1}: lower LearningRate ({settings.LearningRate})."
                );
            }
            optimizer.Step(rate);
            optimizer.ZeroGradients();
            state.Step++;

            // 3. Validation now and then; the weights of the minimum are kept.
            var metrics = new Dictionary<string, double>
            {
                ["loss"] = loss.to(ScalarType.Float64).item<double>(),
                ["accuracy"] = Accuracy(scores.detach(), ranks),
                ["learningRate"] = rate,
                ["gradientNorm"] = norm,
                ["member"] = index + 1,
            };
            if (tie is not null)
            {
                metrics["tieStrength"] = TieStrength(tie).item<float>();
            }
            if (validation.Count > 0 && (state.Step % validateEvery == 0 || state.Step == total))
            {
                (metrics["validationLoss"], metrics["validationAccuracy"]) = Validate(member, validation);
                best.Observe(metrics["validationLoss"], state.Step);
            }
            if (state.Step % settings.CheckpointSteps == 0 || state.Step == total || best.Misses >= settings.Patience)
            {
                state.Save(checkpoints);
            }
            progress?.Report(new(index * total + state.Step, total * settings.Members, metrics));
        }

        // 4. The weights of the smallest validation loss.
        best.Restore();
        return (state.Step, double.IsFinite(best.Loss) ? best.Loss : null, tie is null ? null : TieStrength(tie).item<float>());
    }

    // Mean over the prompts and criteria of a batch that have a pair: scores and ranks (R, K).
    private Tensor Loss(Tensor scores, Tensor ranks, Tensor? tie)
    {
        var losses = settings.Loss switch
        {
            PreferenceLoss.Pairwise => PreferenceLosses.PairMean(
                scores,
                ranks,
                settings.LabelSmoothing,
                settings.FlipRate,
                settings.Margin
            ),
            PreferenceLoss.PlackettLuce => PreferenceLosses.PlackettLuce(scores, ranks),
            PreferenceLoss.RaoKupper => PreferenceLosses.PairMeanWithTies(
                scores,
                ranks,
                d => PreferenceLosses.RaoKupperLogProbabilities(d, TieStrength(tie!))
            ),
            PreferenceLoss.Davidson => PreferenceLosses.PairMeanWithTies(
                scores,
                ranks,
                d => PreferenceLosses.DavidsonLogProbabilities(d, TieStrength(tie!))
            ),
        };
        var counts = settings.TiesCount ? ranks.gt(0).sum(1) - 1 : PreferenceLosses.PairCount(ranks, scores.dtype);
        var centring = PreferenceLosses.PairMeanCentering(scores, ranks) * settings.CenterCoefficient;
        return Masked.MaskedMean(losses + centring, counts.gt(0));
    }

    // The learned logarithm of theta - 1 (Rao-Kupper) or of nu (Davidson); it starts where equal scores tie as often as ties were seen.
    private Tensor? FirstTieStrength(IReadOnlyList<RankedRows> train, Device device)
    {
        if (!settings.TiesCount)
        {
            return null;
        }
        var counts = train.Select(t => t.CountPairs()).ToList();
        var share = Math.Clamp(counts.Sum(c => c.Tied) / (double)Math.Max(1, counts.Sum(c => c.All)), 0.01, 0.9);
        var odds = 2 * share / (1 - share);
        return tensor(Math.Log(odds), ScalarType.Float32, device).requires_grad_();
    }

    private Tensor TieStrength(Tensor tie) => settings.Loss == PreferenceLoss.RaoKupper ? tie.exp() + 1 : tie.exp();

    // Mean pairwise loss and accuracy over all rankings, whatever the training loss: comparable between settings.
    private (double Nll, double Accuracy) Validate(RewardMember member, IReadOnlyList<RankedRows> rankings)
    {
        using var guard = no_grad();
        var (nll, correct, pairs, counted) = (0.0, 0.0, 0.0, 0.0);
        foreach (var batch in rankings.Chunk(settings.BatchPrompts * 4))
        {
            using var scope = NewDisposeScope();
            var ranks = RankedRows.RankTensor(batch, member.Trunk.Device);
            var scores = RankedRows.Arrange(RewardScoring.Raw(member, batch, settings.MaxTokensPerPass), batch).to(ScalarType.Float64);
            var counts = PreferenceLosses.PairCount(ranks, ScalarType.Float64);
            nll += PreferenceLosses.PairMean(scores, ranks).sum().item<double>();
            correct += PreferenceLosses.CorrectPairs(scores, ranks).sum().item<double>();
            pairs += counts.sum().item<double>();
            counted += counts.gt(0).sum().item<long>();
        }
        return (nll / counted, correct / pairs);
    }

    private static double Accuracy(Tensor scores, Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var pairs = PreferenceLosses.PairCount(ranks, ScalarType.Float64).sum().clamp_min(1);
        return (PreferenceLosses.CorrectPairs(scores.to(ScalarType.Float64), ranks).sum() / pairs).item<double>();
    }

    private ulong Seed(int path) => new SeededRandom((ulong)settings.Seed, index, path).NextBits();
}
