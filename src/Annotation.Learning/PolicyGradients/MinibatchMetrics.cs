using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>Means over the minibatches of an iteration.</summary>
internal sealed class MinibatchMetrics
{
    private readonly Dictionary<string, (double Sum, int Count)> _sums = [];
    private double? _maxRatio;

    internal int PolicySteps { get; private set; }

    internal int ValueSteps { get; set; }

    internal int SkippedValueSteps { get; set; }

    /// <summary>Minibatches that the policy did not learn from, and why the last of them was left out.</summary>
    internal (int Count, string Metric, string Problem) Skipped { get; private set; }

    internal bool StoppedEarly { get; set; }

    /// <summary>How far the policy is from the one that wrote a minibatch; told of those too that it then does not learn from.</summary>
    internal void Look(double approximateKl, double clipShare, double meanRatio, double maxRatio)
    {
        Add("approximateKl", approximateKl);
        Add("clippedShare", clipShare);
        Add("ratio", meanRatio);
        if (double.IsFinite(maxRatio))
        {
            _maxRatio = Math.Max(_maxRatio ?? 0, maxRatio);
        }
    }

    internal void AddStep(double loss, double gradientNorm)
    {
        PolicySteps++;
        Add("policyLoss", loss);
        Add("policyGradientNorm", gradientNorm);
    }

    internal void Skip(string metric, string problem) => Skipped = (Skipped.Count + 1, metric, problem);

    /// <summary>Counts a value in a mean; what is no number is left out of it.</summary>
    internal void Add(string name, double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }
        var (sum, count) = _sums.GetValueOrDefault(name);
        _sums[name] = (sum + value, count + 1);
    }

    internal void Write(Dictionary<string, double> metrics)
    {
        foreach (var (name, (sum, count)) in _sums)
        {
            metrics[name] = sum / count;
        }
        if (_maxRatio is { } largest)
        {
            metrics["maxRatio"] = largest;
        }
        metrics["policySteps"] = PolicySteps;
        metrics["skippedMinibatches"] = Skipped.Count + SkippedValueSteps;
        metrics["stoppedEarly"] = StoppedEarly ? 1 : 0;
    }

    /// <summary>Scalars into metrics, with one wait for the device.</summary>
    internal static void Read(Dictionary<string, double> metrics, params (string Name, Tensor Value)[] scalars)
    {
        foreach (var (scalar, number) in scalars.Zip(Read([.. scalars.Select(s => s.Value)])))
        {
            metrics[scalar.Name] = number;
        }
    }

    /// <summary>The values of scalars, with one wait for the device.</summary>
    internal static double[] Read(params Tensor[] scalars)
    {
        using var scope = NewDisposeScope();
        return stack(scalars).detach().to(ScalarType.Float64, CPU).data<double>().ToArray();
    }
}
