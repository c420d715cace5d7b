using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>
/// What a run must have to go on where it was: all that is trained, the optimizers, the averaged weights, the iteration and the KL
/// coefficient. Sampling and orders are functions of the seed and the iteration.
/// </summary>
internal sealed class PolicyGradientState : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-5;

    private readonly Dictionary<string, Tensor> _weights;
    private readonly Dictionary<string, Tensor> _averages;
    private readonly IReadOnlyDictionary<string, Tensor> _policy;

    internal PolicyGradientState(LanguageModel policy, PolicyObjective objective, PolicyGradientSettings settings)
    {
        _policy = policy.Trainable.ToDictionary(w => "policy." + w.Key, w => (Tensor)w.Value);
        var own = objective.OwnWeights.ToList();
        _weights = _policy.Select(w => (w.Key, w.Value)).Concat(own).ToDictionary(w => w.Item1, w => w.Item2);
        _averages = settings.AverageDecay is null ? [] : _policy.ToDictionary(w => "average." + w.Key, w => Copy(w.Value));
        PolicyOptimizer = new(_policy.Select(w => (w.Key, w.Value)), Beta1, Beta2, Epsilon);
        OwnOptimizer = new(own, Beta1, Beta2, Epsilon);
        KlCoefficient = settings.KlCoefficient;
    }

    internal int Iteration { get; set; }

    internal double KlCoefficient { get; set; }

    internal AdamW PolicyOptimizer { get; }

    /// <summary>Of what the objective trains beside the policy.</summary>
    internal AdamW OwnOptimizer { get; }

    /// <summary>Moves the averages towards the weights: average = decay * average + (1 - decay) * weight.</summary>
    internal void Average(double decay)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in _policy)
        {
            _averages["average." + name].mul_(decay).add_(weight, 1 - decay);
        }
    }

    /// <summary>Puts the averages, if there are any, in the place of the policy's weights.</summary>
    internal void TakeAverages()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, average) in _averages)
        {
            _policy[name["average.".Length..]].copy_(average);
        }
    }

    internal void Save(CheckpointFolder? checkpoints) =>
        checkpoints?.Save(
            Iteration,
            [
                .. _weights,
                .. _averages,
                .. PolicyOptimizer.State().Concat(OwnOptimizer.State()).Select(m => KeyValuePair.Create(m.Name, m.Value)),
            ],
            new Numbers(PolicyOptimizer.Steps, OwnOptimizer.Steps, KlCoefficient)
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
        foreach (var (name, tensor) in _weights.Concat(_averages))
        {
            tensor.copy_(last.Tensors[name]);
        }
        PolicyOptimizer.Restore(last.State.PolicySteps, last.Tensors);
        OwnOptimizer.Restore(last.State.OwnSteps, last.Tensors);
        KlCoefficient = last.State.KlCoefficient;
        Iteration = last.Step;
    }

    public void Dispose()
    {
        PolicyOptimizer.Dispose();
        OwnOptimizer.Dispose();
        foreach (var average in _averages.Values)
        {
            average.Dispose();
        }
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var guard = no_grad();
        return tensor.detach().clone().DetachFromDisposeScope();
    }

    private sealed record Numbers(int PolicySteps, int OwnSteps, double KlCoefficient);
}
