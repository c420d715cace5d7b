using Annotation.Learning.Checkpoints;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>The training of one member of a reward model: weights and heads in place, resumable to the same bytes.</summary>
internal sealed class RewardMemberTraining(RewardModelSettings settings, int index)
{
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
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>(member.Weights());
        var tie = FirstTieStrength(train, member.Trunk.Device);
        if (tie is not null)
        {
            weights[TieName] = tie;
        }
        var outcome = new SupervisedLoop(settings, weights, Seed(OrderPath)).Run(
            train.Count,
            settings.BatchPrompts,
            (batch, gather) => Learn(member, [.. batch.Select(i => train[i])], tie, gather),
            validation.Count == 0 ? null : () => Validate(member, validation),
            checkpoints,
            progress is null ? null : new MemberProgress(progress, index, settings.Members),
            ct
        );
        return (outcome.Steps, outcome.ValidationLoss, tie is null ? null : TieStrength(tie).item<float>());
    }

    // Adds the gradients of the mean loss of these rankings.
    private Dictionary<string, double> Learn(RewardMember member, IReadOnlyList<RankedRows> batch, Tensor? tie, Action gather)
    {
        var ranks = RankedRows.RankTensor(batch, member.Trunk.Device); // (R, K)
        var (loss, rows) = RewardScoring.Backward(
            member,
            batch,
            settings.MaxTokensPerPass,
            raw => Loss(RankedRows.Arrange(raw, batch), ranks, tie),
            gather
        );
        var metrics = new Dictionary<string, double>
        {
            [SupervisedLoop.Loss] = loss.to(ScalarType.Float64).item<double>(),
            ["accuracy"] = Accuracy(RankedRows.Arrange(rows, batch), ranks),
        };
        if (tie is not null)
        {
            metrics["tieStrength"] = TieStrength(tie).item<float>();
        }
        return metrics;
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
    private Dictionary<string, double> Validate(RewardMember member, IReadOnlyList<RankedRows> rankings)
    {
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
        return new() { [SupervisedLoop.ValidationLoss] = nll / counted, ["validationAccuracy"] = correct / pairs };
    }

    private static double Accuracy(Tensor scores, Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var pairs = PreferenceLosses.PairCount(ranks, ScalarType.Float64).sum().clamp_min(1);
        return (PreferenceLosses.CorrectPairs(scores.to(ScalarType.Float64), ranks).sum() / pairs).item<double>();
    }

    private ulong Seed(int path) => new SeededRandom((ulong)settings.Seed, index, path).NextBits();

    /// <summary>The steps of one member among those of all.</summary>
    private sealed class MemberProgress(IProgress<TrainingProgress> all, int index, int members) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            all.Report(
                new(
                    index * value.TotalSteps + value.Step,
                    value.TotalSteps * members,
                    new Dictionary<string, double>(value.Metrics) { ["member"] = index + 1 }
                )
            );
    }
}
