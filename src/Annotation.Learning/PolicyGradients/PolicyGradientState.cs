using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
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

    private readonly PolicyGradientSettings _settings;
    private readonly Dictionary<string, Tensor> _weights;
    private readonly Dictionary<string, Tensor> _averages;
    private readonly IReadOnlyDictionary<string, Tensor> _policy;

    internal PolicyGradientState(LanguageModel policy, PolicyObjective objective, PolicyGradientSettings settings)
    {
        _settings = settings;
        _policy = policy.Trainable.ToDictionary(w => "policy." + w.Key, w => (Tensor)w.Value);
        var own = objective.OwnWeights.ToList();
        _weights = _policy.Select(w => (w.Key, w.Value)).Concat(own).ToDictionary(w => w.Item1, w => w.Item2);
        _averages = settings.AverageDecay is null ? [] : _policy.ToDictionary(w => "average." + w.Key, w => WideCopy(w.Value));
        PolicyOptimizer = new(_policy.Select(w => (w.Key, w.Value)), Beta1, Beta2, Epsilon);
        OwnOptimizer = new(own, Beta1, Beta2, Epsilon);
        KlCoefficient = settings.KlCoefficient;
    }

    internal int Iteration { get; private set; }

    internal double KlCoefficient { get; set; }

    /// <summary>The metrics of the last iteration.</summary>
    internal IReadOnlyDictionary<string, double> Metrics { get; private set; } = new Dictionary<string, double>();

    /// <summary>An iteration is done.</summary>
    internal void Advance(IReadOnlyDictionary<string, double> metrics) => (Iteration, Metrics) = (Iteration + 1, metrics);

    internal AdamW PolicyOptimizer { get; }

    /// <summary>Of what the objective trains beside the policy.</summary>
    internal AdamW OwnOptimizer { get; }

    /// <summary>Moves the averages, at least float32, towards what the optimizer changes: average = decay * average + (1 - decay) * weight.</summary>
    internal void Average(double decay)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in PolicyOptimizer.Masters())
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
            new Numbers(PolicyOptimizer.Steps, OwnOptimizer.Steps, KlCoefficient),
            _settings,
            Metrics
        );

    internal void Resume(CheckpointFolder? checkpoints)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var last = checkpoints?.Latest<Numbers>(_settings);
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
        (Iteration, Metrics) = (last.Step, last.Metrics);
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

    private static Tensor WideCopy(Tensor weight)
    {
        using var guard = no_grad();
        return weight.detach().to(WideType.Of(weight.dtype), copy: true).DetachFromDisposeScope();
    }

    private sealed record Numbers(int PolicySteps, int OwnSteps, double KlCoefficient);
}
