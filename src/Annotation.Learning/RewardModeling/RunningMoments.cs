namespace Annotation.Learning.RewardModeling;

/// <summary>
/// Mean and standard deviation of values that arrive in batches, without keeping them (parallel update of
/// Chan et al. 1979, as trlx's RunningMoments). Computed in float64.
/// </summary>
public sealed class RunningMoments
{
    private double _squares;

    /// <summary>Number of values seen.</summary>
    public long Count { get; private set; }

    /// <summary>Mean of the values seen.</summary>
    public double Mean { get; private set; }

    /// <summary>Standard deviation with divisor n.</summary>
    public double PopulationStd => Count == 0 ? 0 : Math.Sqrt(_squares / Count);

    /// <summary>Standard deviation with divisor n - 1.</summary>
    public double UnbiasedStd => Count < 2 ? 0 : Math.Sqrt(_squares / (Count - 1));

    /// <summary>Takes in one batch.</summary>
    public void Add(IReadOnlyCollection<double> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }
        var mean = batch.Average();
        var total = Count + batch.Count;
        var delta = mean - Mean;
        _squares += batch.Sum(x => (x - mean) * (x - mean)) + delta * delta * Count * batch.Count / total;
        Mean += delta * batch.Count / total;
        Count = total;
    }
}
