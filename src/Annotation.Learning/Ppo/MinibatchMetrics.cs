namespace Annotation.Learning.Ppo;

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

    internal void AddValue(double loss, double clipShare, double gradientNorm)
    {
        Add("valueLoss", loss);
        Add("valueClippedShare", clipShare);
        Add("valueGradientNorm", gradientNorm);
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

    private void Add(string name, double value)
    {
        var (sum, count) = _sums.GetValueOrDefault(name);
        _sums[name] = (sum + value, count + 1);
    }
}
