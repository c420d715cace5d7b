using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>What training a reward model gave; the caller owns the model.</summary>
/// <param name="Model">The reward model, its heads normalised on the training completions.</param>
/// <param name="Steps">Optimizer steps of all members.</param>
/// <param name="ValidationNll">Mean over members of the smallest validation loss (pairwise, nats); null without validation rankings.</param>
/// <param name="DroppedCompletions">Completions left out because they were longer than allowed.</param>
public sealed record RewardModelResult(RewardModel Model, int Steps, double? ValidationNll, int DroppedCompletions);

/// <summary>
/// Trains a reward model on rankings: each completion is encoded once, all pairs of a ranking count in one loss, every ranking
/// weighs the same on every criterion it has. A pure function of its inputs and the seed, resumable to the same bytes.
/// </summary>
public sealed class RewardModelTrainer(RewardModelSettings settings)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;

    // Heads and orders of a member are drawn from streams of their own.
    private const int HeadPath = 1;
    private const int OrderPath = 2;

    /// <summary>Trains on a copy of <paramref name="init"/>'s trunk, which stays as it is.</summary>
    /// <param name="init">Where the trunk, the tokenizer and the template come from.</param>
    /// <param name="criteria">The heads and their weights; keys of <see cref="RankedPrompt.RanksByCriterion"/>.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No ranking holds a pair to learn from, or ranks and completions differ in number.</exception>
    public RewardModelResult Train(
        Pretrained init,
        IReadOnlyList<WeightedCriterion> criteria,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        // 1. Check everything before the first batch.
        SettingsPairs.Check(settings);
        CheckRankings(train, nameof(train));
        CheckRankings(validation, nameof(validation));
        if (criteria.Count == 0)
        {
            throw new ArgumentException("A reward model needs at least one criterion.", nameof(criteria));
        }

        // 2. The members, one after the other, each in a checkpoint folder of its own.
        var members = Enumerable
            .Range(0, settings.Members)
            .Select(m => RewardMember.Create(init.Model, criteria.Count, Seed(m, HeadPath)))
            .ToList();
        var model = new RewardModel(criteria, members, init.Tokenizer, init.Template, settings.EnsembleRule, settings.UncertaintyWeight);
        try
        {
            var dropped = 0;
            var trainRows = Encode(train, model, ref dropped);
            var validationRows = Encode(validation, model, ref dropped);
            if (trainRows.Count == 0)
            {
                throw new ArgumentException(
                    $"None of {train.Count} rankings has two completions of different rank and at most {Longest(init)} tokens.",
                    nameof(train)
                );
            }
            var outcomes = members
                .Select((member, m) => Learn(member, m, trainRows, validationRows, checkpoints?.Inner($"member-{m + 1}"), progress, ct))
                .ToList();
            double? nll = outcomes.All(o => o.Nll is not null) ? outcomes.Average(o => o.Nll) : null;
            return new(model, outcomes.Sum(o => o.Steps), nll, dropped);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private (int Steps, double? Nll) Learn(
        RewardMember member,
        int index,
        IReadOnlyList<RankedRows> train,
        IReadOnlyList<RankedRows> validation,
        CheckpointFolder? checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        // 3. What is trained, and how far a former process got.
        using var scope = NewDisposeScope();
        var weights = member.Weights();
        using var optimizer = new AdamW(weights.Select(w => (w.Key, w.Value)), Beta1, Beta2, weightDecay: settings.WeightDecay);
        using var best = new BestWeights(weights);
        var state = new TrainingState(weights, optimizer, best);
        state.Resume(checkpoints);
        var order = new EpochOrder(train.Count, settings.BatchPrompts, Seed(index, OrderPath));
        var total = order.StepsPerEpoch * settings.Epochs;
        var validateEvery = Math.Max(1, order.StepsPerEpoch / settings.ValidationsPerEpoch);
        var warmup = (int)(total * settings.WarmupShare);
        var outcomes = OutcomeModel(train, member.Trunk.Device);

        while (state.Step < total && best.Misses < settings.Patience)
        {
            // Asked here and nowhere else, so that a stop always leaves a checkpoint of a whole step.
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }
            using var step = NewDisposeScope();

            // 4. One optimizer step on the next rankings of the epoch's order.
            var batch = order.Batch(state.Step).Select(i => train[i]).ToList();
            var rate = LearningRate.Cosine(settings.LearningRate, state.Step + 1, total, warmup, settings.FinalLearningRateShare);
            var ranks = RankedRows.RankTensor(batch, member.Trunk.Device); // (R, K)
            var scores = RankedRows.Arrange(Scores(member, batch), batch); // (R, K)
            var losses = settings.Loss switch
            {
                PreferenceLoss.Pairwise => PreferenceLosses.PairMean(scores, ranks, settings.LabelSmoothing),
                PreferenceLoss.PlackettLuce => PreferenceLosses.PlackettLuce(scores, ranks),
                PreferenceLoss.RaoKupper or PreferenceLoss.Davidson => PreferenceLosses.PairMeanWithTies(scores, ranks, outcomes!),
            };
            var counts = settings.Loss is PreferenceLoss.Pairwise or PreferenceLoss.PlackettLuce
                ? PreferenceLosses.PairCount(ranks, scores.dtype)
                : ranks.gt(0).sum(1) - 1;
            var centring = PreferenceLosses.PairMeanCentering(scores, ranks) * settings.CenterCoefficient;
            var loss = Masked.MaskedMean(losses + centring, counts.gt(0));
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

            // 5. Validation now and then; the weights of the minimum are kept.
            var metrics = new Dictionary<string, double>
            {
                ["loss"] = loss.to(ScalarType.Float64).item<double>(),
                ["accuracy"] = Accuracy(scores.detach(), ranks),
                ["learningRate"] = rate,
                ["gradientNorm"] = norm,
                ["member"] = index + 1,
            };
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

        // 6. The best weights, and heads of mean 0 and standard deviation 1.
        best.Restore();
        member.Normalization = Normalize(member, train, ct);
        return (state.Step, double.IsFinite(best.Loss) ? best.Loss : null);
    }

    // (N, C), the rows of all prompts in turn; encoded in groups of like length.
    private Tensor Scores(RewardMember member, IReadOnlyList<RankedRows> batch)
    {
        using var scope = NewDisposeScope();
        var rows = batch.SelectMany(b => b.Rows).ToList();
        var groups = LengthBuckets.Split([.. rows.Select(r => r.Length)], settings.MaxTokensPerPass);
        var parts = groups.Select(group =>
        {
            using var pass = NewDisposeScope();
            var ids = TokenRows.Pad([.. group.Select(i => rows[i])], member.Trunk.Device);
            var mask = TokenRows.Mask([.. group.Select(i => rows[i].Length)], (int)ids.shape[1], member.Trunk.Device);
            return member.RawScore(ids, mask).MoveToOuterDisposeScope();
        });
        var scores = cat([.. parts]);
        var places = new long[rows.Count];
        foreach (var (row, place) in groups.SelectMany(g => g).Select((row, place) => (row, place)))
        {
            places[row] = place;
        }
        return scores.index_select(0, tensor(places, device: scores.device)).MoveToOuterDisposeScope();
    }

    // Mean pairwise loss and accuracy over all rankings, whatever the training loss: comparable between settings.
    private (double Nll, double Accuracy) Validate(RewardMember member, IReadOnlyList<RankedRows> rankings)
    {
        using var guard = no_grad();
        var (nll, correct, pairs, counted) = (0.0, 0.0, 0.0, 0.0);
        foreach (var batch in rankings.Chunk(settings.BatchPrompts * 4))
        {
            using var scope = NewDisposeScope();
            var ranks = RankedRows.RankTensor(batch, member.Trunk.Device);
            var scores = RankedRows.Arrange(Scores(member, batch), batch).to(ScalarType.Float64);
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

    private IReadOnlyList<ScoreNormalization> Normalize(RewardMember member, IReadOnlyList<RankedRows> train, CancellationToken ct)
    {
        using var guard = no_grad();
        var moments = Enumerable.Range(0, (int)member.HeadBias.shape[0]).Select(_ => new RunningMoments()).ToList();
        foreach (var batch in train.Chunk(settings.BatchPrompts * 4))
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var scores = Scores(member, batch).to(ScalarType.Float64, CPU);
            for (var c = 0; c < moments.Count; c++)
            {
                moments[c].Add(scores.select(1, c).contiguous().data<double>().ToArray());
            }
        }
        return [.. moments.Select(ScoreNormalization.From)];
    }

    // Tie strength such that equal scores tie as often as ties were seen; null for losses without ties.
    private Func<Tensor, Tensor>? OutcomeModel(IReadOnlyList<RankedRows> train, Device device)
    {
        if (!TiesCount)
        {
            return null;
        }
        var counts = train.Select(t => t.CountPairs()).ToList();
        var share = Math.Clamp(counts.Sum(c => c.Tied) / (double)Math.Max(1, counts.Sum(c => c.All)), 0.01, 0.9);
        var strength = tensor(
            settings.Loss == PreferenceLoss.RaoKupper ? (1 + share) / (1 - share) : 2 * share / (1 - share),
            ScalarType.Float32,
            device
        );
        return settings.Loss == PreferenceLoss.RaoKupper
            ? difference => PreferenceLosses.RaoKupperLogProbabilities(difference, strength)
            : difference => PreferenceLosses.DavidsonLogProbabilities(difference, strength);
    }

    private List<RankedRows> Encode(IReadOnlyList<RankedPrompt> rankings, RewardModel model, ref int dropped)
    {
        var rows = new List<RankedRows>();
        foreach (var ranking in rankings)
        {
            rows.Add(RankedRows.Encode(ranking, model, Math.Min(settings.MaxLength, model.ContextLength), ref dropped));
        }
        return rows.FindAll(r => r.HasPair(TiesCount));
    }

    private static void CheckRankings(IReadOnlyList<RankedPrompt> rankings, string name)
    {
        for (var i = 0; i < rankings.Count; i++)
        {
            foreach (var (criterion, ranks) in rankings[i].RanksByCriterion)
            {
                if (ranks.Length != rankings[i].Completions.Count || ranks.Any(r => r < 1))
                {
                    throw new ArgumentException(
                        $"Ranking {i} of {name} has {rankings[i].Completions.Count} completions, but '{criterion}' does not give each a rank of 1 or more, or none.",
                        name
                    );
                }
            }
        }
    }

    private bool TiesCount => settings.Loss is PreferenceLoss.RaoKupper or PreferenceLoss.Davidson;

    private int Longest(Pretrained init) => Math.Min(settings.MaxLength, init.Model.Config.ContextLength);

    private ulong Seed(int member, int path) => new SeededRandom((ulong)settings.Seed, member, path).NextBits();
}
