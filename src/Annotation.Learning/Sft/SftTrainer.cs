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
    /// <exception cref="NothingToLearnException">No demonstration is short enough to learn from.</exception>
    public SftResult Train(
        Pretrained model,
        IReadOnlyList<SftExample> train,
        IReadOnlyList<SftExample> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    ) => Run(model, Rows(train, model), Rows(validation, model), train.Count + validation.Count, checkpoints, progress, ct);

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
        var (rows, held) = (SftRow.Pack(train, model, capacity), SftRow.Pack(validation, model, capacity));
        return Run(model, rows, held, rows.Count + held.Count, checkpoints, progress, ct);
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
        var (rows, held) = (SftRow.Pack(train, model, capacity), SftRow.Pack(validation, model, capacity));
        return Run(model, rows, held, rows.Count + held.Count, checkpoints, progress, ct);
    }

    // Too long ones first: a conversation that is left out teaches no turn of another.
    private IReadOnlyList<SftRow> Rows(IReadOnlyList<SftExample> examples, Pretrained model) =>
        settings.Targets switch
        {
            SftTargets.Completion => [.. examples.Select(e => SftRow.Of(e, model))],
            SftTargets.AssistantTurns => SftRow.WithoutBeginnings(
                Usable([.. examples.Select(e => SftRow.Conversation(e, model)).OfType<SftRow>()], model)
            ),
        };

    private List<SftRow> Usable(IReadOnlyList<SftRow> rows, Pretrained model) =>
        [.. rows.Where(r => r.TargetCount > 0 && r.Ids.Length <= LongestRow(model))];

    private int LongestRow(Pretrained model) => Math.Min(settings.MaxLength, model.Model.Config.ContextLength);

    private SftResult Run(
        Pretrained model,
        IReadOnlyList<SftRow> allTrain,
        IReadOnlyList<SftRow> allValidation,
        int given,
        CheckpointFolder? checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        // 1. Check everything before the first batch.
        SettingsPairs.Check(settings);
        var train = Usable(allTrain, model);
        var validation = Usable(allValidation, model);
        if (train.Count == 0)
        {
            throw new NothingToLearnException(
                $"None of {given} rows has a target and at most {LongestRow(model)} tokens"
                    + (
                        settings.Targets == SftTargets.AssistantTurns
                            ? $", or the template '{model.Template.Name}' does not end earlier turns"
                            : ""
                    )
                    + $"; raise {nameof(settings.MaxLength)}, or use {nameof(settings.Targets)}={nameof(SftTargets.Completion)}."
            );
        }

        // 2. Steps, each on the mean loss over its rows' targets.
        using var scope = NewDisposeScope();
        var weights = model.Model.Trainable.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        var loss = new SftBatchLoss(model.Model, settings.MaxTokensPerPass, settings.Packing ? LongestRow(model) : null);
        var outcome = new SupervisedLoop(settings, weights).Run(
            train.Count,
            settings.BatchSize,
            (batch, gather) => new() { [SupervisedLoop.Loss] = loss.Backward([.. batch.Select(i => train[i])], afterPass: gather) },
            validation.Count == 0 ? null : () => new() { [SupervisedLoop.ValidationLoss] = loss.Mean(validation) },
            checkpoints,
            progress,
            ct
        );
        return new(outcome.Steps, outcome.BestStep, outcome.ValidationLoss, outcome.TrainLoss, given - train.Count - validation.Count);
    }
}
