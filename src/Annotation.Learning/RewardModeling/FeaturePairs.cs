using Annotation.Learning.Evaluation;

namespace Annotation.Learning.RewardModeling;

/// <summary>The features that a completion has: their places and values.</summary>
internal readonly record struct FeatureRow(int[] Places, double[] Values);

/// <summary>Rankings on one criterion as pairs of feature rows; every ranking weighs the same, whatever its number of pairs.</summary>
internal sealed class FeaturePairs
{
    private const int Rounds = 250;
    private const double Rate = 0.05;
    private const double SlowFrom = 0.6;
    private const double SlowestShare = 0.05;
    private readonly List<(FeatureRow Chosen, FeatureRow Rejected, double Weight)> _pairs;
    private readonly double _total;

    internal FeaturePairs(IReadOnlyList<FeatureRow[]> rows, IReadOnlyList<RankedPrompt> rankings, string criterion)
    {
        _pairs =
        [
            .. PreferencePair
                .Of(rankings, criterion)
                .Select(p => (rows[p.Ranking][p.ChosenIndex], rows[p.Ranking][p.RejectedIndex], p.Weight)),
        ];
        _total = _pairs.Sum(p => p.Weight);
    }

    internal int Count => _pairs.Count;

    internal static double Dot(FeatureRow row, double[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < row.Places.Length; i++)
        {
            sum += weights[row.Places[i]] * row.Values[i];
        }
        return sum;
    }

    /// <summary>Mean -log sigmoid(chosen - rejected) in nats.</summary>
    internal double MeanLoss(double[] weights) => _pairs.Sum(p => p.Weight * Softplus(-Difference(p.Chosen, p.Rejected, weights))) / _total;

    /// <summary>
    /// The minimum of the mean loss + penalty / 2 * |weights|^2: Adam on the full batch, its rate falling at the end. The problem is
    /// convex and small, so the plain form is exact enough and the same every time.
    /// </summary>
    internal double[] Fit(int features, double penalty, CancellationToken ct)
    {
        var (weights, first, second, gradient) = (new double[features], new double[features], new double[features], new double[features]);
        for (var round = 1; round <= Rounds && _total > 0; round++)
        {
            ct.ThrowIfCancellationRequested();
            for (var i = 0; i < features; i++)
            {
                gradient[i] = penalty * weights[i];
            }
            foreach (var (chosen, rejected, weight) in _pairs)
            {
                var push = weight / _total / (1 + Math.Exp(Difference(chosen, rejected, weights)));
                Add(gradient, chosen, -push);
                Add(gradient, rejected, push);
            }
            var done = round / (double)Rounds;
            var rate = Rate * (done < SlowFrom ? 1 : 1 - (1 - SlowestShare) * (done - SlowFrom) / (1 - SlowFrom));
            var (c1, c2) = (1 - Math.Pow(0.9, round), 1 - Math.Pow(0.999, round));
            for (var i = 0; i < features; i++)
            {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
                weights[i] -= rate * first[i] / c1 / (Math.Sqrt(second[i] / c2) + 1e-12);
            }
        }
        return weights;
    }

    private static double Difference(FeatureRow chosen, FeatureRow rejected, double[] weights) =>
        Dot(chosen, weights) - Dot(rejected, weights);

    private static void Add(double[] gradient, FeatureRow row, double push)
    {
        for (var i = 0; i < row.Places.Length; i++)
        {
            gradient[row.Places[i]] += push * row.Values[i];
        }
    }

    private static double Softplus(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));
}
