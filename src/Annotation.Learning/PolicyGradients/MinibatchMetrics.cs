using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>Means over the minibatches of an iteration.</summary>
internal sealed class MinibatchMetrics
{
    private readonly Dictionary<string, (double Sum, int Count)> _sums = [];
    private double _maxRatio;

    internal int PolicySteps { get; private set; }

    internal int Skipped { get; set; }

    internal bool StoppedEarly { get; set; }

    internal void AddPolicy(double loss, double approximateKl, double clipShare, double meanRatio, double maxRatio, double gradientNorm)
    {
        PolicySteps++;
        _maxRatio = Math.Max(_maxRatio, maxRatio);
        Add("policyLoss", loss);
        Add("approximateKl", approximateKl);
        Add("clippedShare", clipShare);
        Add("ratio", meanRatio);
        Add("policyGradientNorm", gradientNorm);
    }

    internal void Add(string name, double value)
    {
        var (sum, count) = _sums.GetValueOrDefault(name);
        _sums[name] = (sum + value, count + 1);
    }

    internal void Write(Dictionary<string, double> metrics)
    {
        foreach (var (name, (sum, count)) in _sums)
        {
            metrics[name] = sum / count;
        }
        metrics["maxRatio"] = _maxRatio;
        metrics["policySteps"] = PolicySteps;
        metrics["skippedMinibatches"] = Skipped;
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
