namespace Annotation.Learning.Evaluation;

/// <summary>How well probabilities of an event match how often it happens.</summary>
/// <param name="BinCounts">Numbers of probabilities in bins of equal width.</param>
/// <param name="BinConfidences">Mean probability of each bin; null when empty.</param>
/// <param name="BinAccuracies">Share of events in each bin; null when empty.</param>
/// <param name="ExpectedError">ECE: mean of |confidence - accuracy| over bins, weighted by their counts (Naeini et al. 2015).</param>
/// <param name="MaximumError">The largest |confidence - accuracy| of a bin.</param>
/// <param name="Brier">Mean squared error of the probabilities.</param>
/// <param name="Nll">Mean negative log-likelihood in nats.</param>
/// <param name="Accuracy">Share of probabilities on the right side of 0.5.</param>
public sealed record Calibration(
    IReadOnlyList<int> BinCounts,
    IReadOnlyList<double?> BinConfidences,
    IReadOnlyList<double?> BinAccuracies,
    double ExpectedError,
    double MaximumError,
    double Brier,
    double Nll,
    double Accuracy
)
{
    // A probability that rounded to 0 or 1 costs at most this many nats.
    private const double Smallest = 1e-12;

    /// <summary>Compares probabilities with what happened; bin of p is min(floor(p * bins), bins - 1).</summary>
    public static Calibration Measure(IReadOnlyList<double> probabilities, IReadOnlyList<bool> happened, int bins = 10)
    {
        var groups = probabilities.Zip(happened, (P, Y) => (P, Y: Y ? 1.0 : 0.0)).ToLookup(x => Math.Min((int)(x.P * bins), bins - 1));
        var all = Enumerable.Range(0, bins).Select(b => groups[b].ToList()).ToList();
        var confidences = all.Select(g => g.Count == 0 ? (double?)null : g.Average(x => x.P)).ToList();
        var accuracies = all.Select(g => g.Count == 0 ? (double?)null : g.Average(x => x.Y)).ToList();
        var gaps = all.Select(
                (g, b) => (Weight: g.Count / (double)probabilities.Count, Gap: Math.Abs((confidences[b] - accuracies[b]) ?? 0))
            )
            .ToList();
        var pairs = all.SelectMany(g => g).ToList();
        return new(
            [.. all.Select(g => g.Count)],
            confidences,
            accuracies,
            gaps.Sum(g => g.Weight * g.Gap),
            gaps.Max(g => g.Gap),
            pairs.Average(x => (x.P - x.Y) * (x.P - x.Y)),
            -pairs.Average(x => Math.Log(Math.Max(Smallest, x.Y == 1 ? x.P : 1 - x.P))),
            pairs.Average(x => (x.P > 0.5) == (x.Y == 1) ? 1.0 : 0.0)
        );
    }
}
