using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Sft;

/// <summary>
/// Supervised training of a model in place: on demonstrations (only completion and end token are targets) or on plain text. A
/// pure function of model, rows, settings and seed; killed anywhere and resumed from its checkpoints it ends with the same bytes.
/// </summary>
public sealed class SftTrainer(SftSettings settings)
{
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
    ) => Run(model, Rows(train, model), Rows(validation, model), checkpoints, progress, ct);

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

    private IReadOnlyList<SftRow> Rows(IReadOnlyList<SftExample> examples, Pretrained model) =>
        settings.Targets switch
        {
            SftTargets.Completion => [.. examples.Select(e => SftRow.Of(e, model))],
            SftTargets.AssistantTurns => SftRow.WithoutBeginnings([.. examples.Select(e => SftRow.Conversation(e, model))]),
        };

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

        // 2. Steps, each on the mean loss over its rows' targets.
        using var scope = NewDisposeScope();
        var weights = model.Model.Trainable.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        var loss = new SftBatchLoss(model.Model, settings.MaxTokensPerPass, settings.Packing ? LongestRow(model) : null);
        var outcome = new SupervisedLoop(settings, weights).Run(
            train.Count,
            settings.BatchSize,
            batch => new() { [SupervisedLoop.Loss] = loss.Backward([.. batch.Select(i => train[i])]) },
            validation.Count == 0 ? null : () => new() { [SupervisedLoop.ValidationLoss] = loss.Mean(validation) },
            checkpoints,
            progress,
            ct
        );
        return new(
            outcome.Steps,
            outcome.BestStep,
            outcome.ValidationLoss,
            outcome.TrainLoss,
            allTrain.Count - train.Count + allValidation.Count - validation.Count
        );

        List<SftRow> Usable(IReadOnlyList<SftRow> rows) => [.. rows.Where(r => r.TargetCount > 0 && r.Ids.Length <= LongestRow(model))];
    }
}
