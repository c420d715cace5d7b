using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>What a PPO run must have to go on where it was: both models, both optimizers, the iteration and the KL coefficient.</summary>
internal sealed class PpoState : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights;

    internal PpoState(LanguageModel policy, ValueModel valueModel, double klCoefficient, double beta1, double beta2, double epsilon)
    {
        var policyWeights = policy.Weights.Select(w => ("policy." + w.Key, (Tensor)w.Value)).ToList();
        var valueWeights = valueModel.Weights().Select(w => ("value." + w.Key, w.Value)).ToList();
        _weights = policyWeights.Concat(valueWeights).ToDictionary(w => w.Item1, w => w.Item2);
        PolicyOptimizer = new(policyWeights, beta1, beta2, epsilon);
        ValueOptimizer = new(valueWeights, beta1, beta2, epsilon);
        KlCoefficient = klCoefficient;
    }

    internal int Iteration { get; set; }

    internal double KlCoefficient { get; set; }

    internal AdamW PolicyOptimizer { get; }

    internal AdamW ValueOptimizer { get; }

    internal void Save(CheckpointFolder? checkpoints) =>
        checkpoints?.Save(
            Iteration,
            [.. _weights, .. PolicyOptimizer.State().Concat(ValueOptimizer.State()).Select(m => KeyValuePair.Create(m.Name, m.Value))],
            new Numbers(PolicyOptimizer.Steps, ValueOptimizer.Steps, KlCoefficient)
        );

    internal void Resume(CheckpointFolder? checkpoints)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var last = checkpoints?.Latest<Numbers>();
        if (last is null)
        {
            return;
        }
        foreach (var (name, tensor) in _weights)
        {
            tensor.copy_(last.Tensors[name]);
        }
        PolicyOptimizer.Restore(last.State.PolicySteps, last.Tensors);
        ValueOptimizer.Restore(last.State.ValueSteps, last.Tensors);
        KlCoefficient = last.State.KlCoefficient;
        Iteration = last.Step;
    }

    public void Dispose()
    {
        PolicyOptimizer.Dispose();
        ValueOptimizer.Dispose();
    }

    private sealed record Numbers(int PolicySteps, int ValueSteps, double KlCoefficient);
}
