using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Sft;

/// <summary>
/// Supervised training of a model in place: on demonstrations (only completion and end token are targets) or on plain text. A
/// pure function of model, rows, settings and seed; killed anywhere and resumed from its checkpoints it ends with the same bytes.
/// </summary>
public sealed class SftTrainer(SftSettings settings)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;

    /// <summary>Fine-tunes on demonstrations.</summary>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No demonstration is short enough to learn from.</exception>
    public SftResult Train(
        Pretrained model,
        IReadOnlyList<SftExample> train,
        IReadOnlyList<SftExample> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    ) =>
        Run(
            model,
            [.. train.Select(e => SftRow.Of(e, model))],
            [.. validation.Select(e => SftRow.Of(e, model))],
            checkpoints,
            progress,
            ct
        );

    /// <summary>Trains a base model on plain texts; every token is a target.</summary>
    /// <inheritdoc cref="Train"/>
    public SftResult TrainBase(
        Pretrained model,
        IReadOnlyList<string> train,
        IReadOnlyList<string> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        var capacity = LongestRow(model);
        return Run(model, SftRow.Pack(train, model, capacity), SftRow.Pack(validation, model, capacity), checkpoints, progress, ct);
    }

    /// <summary>Trains a base model on whole conversations, packed; every token is a target. An example without a prompt is a plain text.</summary>
    /// <inheritdoc cref="Train"/>
    public SftResult TrainBase(
        Pretrained model,
        IReadOnlyList<SftExample> train,
        IReadOnlyList<SftExample> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        var capacity = LongestRow(model);
        return Run(model, SftRow.Pack(train, model, capacity), SftRow.Pack(validation, model, capacity), checkpoints, progress, ct);
    }

    private int LongestRow(Pretrained model) => Math.Min(settings.MaxLength, model.Model.Config.ContextLength);

    private SftResult Run(
        Pretrained model,
        IReadOnlyList<SftRow> allTrain,
        IReadOnlyList<SftRow> allValidation,
        CheckpointFolder? checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        // 1. Check everything before the first batch.
        SettingsPairs.Check(settings);
        var train = Usable(allTrain);
        var validation = Usable(allValidation);
        if (train.Count == 0)
        {
            throw new ArgumentException($"None of {allTrain.Count} training rows has a target and at most {LongestRow(model)} tokens.");
        }

        // 2. What is trained, and how far a former process got.
        using var scope = NewDisposeScope();
        var weights = model.Model.Weights.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        using var optimizer = new AdamW(weights.Select(w => (w.Key, w.Value)), Beta1, Beta2, weightDecay: settings.WeightDecay);
        using var best = new BestWeights(weights);
        var state = new TrainingState(weights, optimizer, best);
        state.Resume(checkpoints);
        var order = new EpochOrder(train.Count, settings.BatchSize, (ulong)settings.Seed);
        var total = order.StepsPerEpoch * settings.Epochs;
        var validateEvery = Math.Max(1, order.StepsPerEpoch / settings.ValidationsPerEpoch);
        var warmup = (int)(total * settings.WarmupShare);
        var trainLoss = 0.0;

        while (state.Step < total && best.Misses < settings.Patience)
        {
            // Asked here and nowhere else, so that a stop always leaves a checkpoint of a whole step.
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }

            // 3. One optimizer step on the next rows of the epoch's order.
            var batch = order.Batch(state.Step).Select(i => train[i]).ToList();
            var rate = LearningRate.Cosine(settings.LearningRate, state.Step + 1, total, warmup, settings.FinalLearningRateShare);
            optimizer.ZeroGradients();
            trainLoss = MeanLoss(model.Model, batch, learn: true);
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

            // 4. Validation now and then; the weights of the minimum are kept.
            var metrics = new Dictionary<string, double>
            {
                ["loss"] = trainLoss,
                ["learningRate"] = rate,
                ["gradientNorm"] = norm,
            };
            if (validation.Count > 0 && (state.Step % validateEvery == 0 || state.Step == total))
            {
                using var guard = no_grad();
                metrics["validationLoss"] = MeanLoss(model.Model, validation, learn: false);
                best.Observe(metrics["validationLoss"], state.Step);
            }
            if (state.Step % settings.CheckpointSteps == 0 || state.Step == total || best.Misses >= settings.Patience)
            {
                state.Save(checkpoints);
            }
            progress?.Report(new(state.Step, total, metrics));
        }

        best.Restore();
        var validated = double.IsFinite(best.Loss);
        return new(
            state.Step,
            validated ? best.Step : state.Step,
            validated ? best.Loss : null,
            trainLoss,
            allTrain.Count - train.Count + allValidation.Count - validation.Count
        );

        List<SftRow> Usable(IReadOnlyList<SftRow> rows) => [.. rows.Where(r => r.TargetCount > 0 && r.Ids.Length <= LongestRow(model))];
    }

    // Mean over all targets of the rows; with learn, gradients of it are added up pass by pass.
    private double MeanLoss(LanguageModel model, IReadOnlyList<SftRow> rows, bool learn)
    {
        var targets = rows.Sum(r => (double)r.TargetCount);
        var mean = 0.0;
        foreach (var group in LengthBuckets.Split([.. rows.Select(r => r.Ids.Length)], settings.MaxTokensPerPass))
        {
            using var scope = NewDisposeScope();
            var ids = TokenRows.Pad([.. group.Select(i => rows[i].Ids)], model.Device); // (B, W)
            var labels = TokenRows.Pad([.. group.Select(i => rows[i].Labels)], model.Device, SftRow.IgnoredLabel);
            var (positions, wanted) = SftLoss.Predictions(labels); // (N)
            var hidden = model.Hidden(ids).flatten(0, 1).index_select(0, positions); // (N, d)
            var loss = SftLoss.TokenSum(model.Logits(hidden), wanted) / targets;
            if (learn)
            {
                loss.backward();
            }
            mean += loss.to(ScalarType.Float64).item<double>();
        }
        return mean;
    }
}
