using Annotation.Learning.Checkpoints;
using Annotation.Learning.Optimization;
using static TorchSharp.torch;

namespace Annotation.Learning.Training;

/// <summary>
/// What a supervised run must have to go on where it was: weights, the optimizer's moments, the best weights and the step.
/// Everything else (order of the rows, learning rate) is a function of the seed and the step.
/// </summary>
public sealed class TrainingState(
    SupervisedSettings settings,
    IReadOnlyDictionary<string, Tensor> weights,
    AdamW optimizer,
    BestWeights best
)
{
    private const string BestPrefix = "best.";

    /// <summary>Steps done.</summary>
    public int Step { get; set; }

    /// <summary>The metrics of the last step.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; set; } = new Dictionary<string, double>();

    /// <summary>Writes a checkpoint, if there is a folder for it.</summary>
    public void Save(CheckpointFolder? checkpoints) =>
        checkpoints?.Save(
            Step,
            [
                .. weights.Select(w => KeyValuePair.Create(w.Key, w.Value)),
                .. optimizer.State().Select(m => KeyValuePair.Create(m.Name, m.Value)),
                .. best.State().Select(c => KeyValuePair.Create(BestPrefix + c.Name, c.Value)),
            ],
            new Numbers(optimizer.Steps, double.IsFinite(best.Loss) ? best.Loss : null, best.Step, best.Misses),
            settings,
            Metrics
        );

    /// <summary>Takes up the last whole checkpoint, if there is one.</summary>
    public void Resume(CheckpointFolder? checkpoints)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var last = checkpoints?.Latest<Numbers>(settings);
        if (last is null)
        {
            return;
        }
        (Step, Metrics) = (last.Step, last.Metrics);
        foreach (var (name, tensor) in weights)
        {
            tensor.copy_(last.Tensors[name]);
        }
        optimizer.Restore(last.State.OptimizerSteps, last.Tensors);
        var copies = last.Tensors.Where(t => t.Key.StartsWith(BestPrefix, StringComparison.Ordinal));
        best.Resume(
            last.State.BestLoss ?? double.PositiveInfinity,
            last.State.BestStep,
            last.State.Misses,
            copies.ToDictionary(t => t.Key[BestPrefix.Length..], t => t.Value)
        );
    }

    private sealed record Numbers(int OptimizerSteps, double? BestLoss, int BestStep, int Misses);
}
