namespace Annotation.Learning.RewardModeling.Features;

/// <summary>The features that a completion has: their places in ascending order, and their values.</summary>
public readonly record struct FeatureRow(int[] Places, double[] Values)
{
    /// <summary>A row of features in any order, each once.</summary>
    public static FeatureRow Of(IEnumerable<(int Place, double Value)> features)
    {
        var sorted = features.Where(f => f.Value != 0).OrderBy(f => f.Place).ToArray();
        return new(Array.ConvertAll(sorted, f => f.Place), Array.ConvertAll(sorted, f => f.Value));
    }

    /// <summary>The sum of the values times their places' weights.</summary>
    public double Dot(double[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < Places.Length; i++)
        {
            sum += weights[Places[i]] * Values[i];
        }
        return sum;
    }

    /// <summary>Adds the values times a factor at their places.</summary>
    public void AddTo(double[] sum, double factor)
    {
        for (var i = 0; i < Places.Length; i++)
        {
            sum[Places[i]] += factor * Values[i];
        }
    }

    /// <summary>This row minus another; what both have alike is gone.</summary>
    public FeatureRow Minus(FeatureRow other)
    {
        var difference = Places.Zip(Values).ToDictionary(f => f.First, f => f.Second);
        for (var i = 0; i < other.Places.Length; i++)
        {
            difference[other.Places[i]] = difference.GetValueOrDefault(other.Places[i]) - other.Values[i];
        }
        return Of(difference.Select(f => (f.Key, f.Value)));
    }
}

/// <summary>
/// Logistic regression on differences: the log-odds that the first of two completions is preferred are w . (x_first - x_second) (Bradley and
/// Terry 1952 with linear scores). The weights minimise
/// <c>mean over pairs of -log sigmoid(w . d) + penalty / 2 * |w|^2</c>.
/// </summary>
/// <param name="pairs">Preferred minus other, and what the pair weighs.</param>
/// <param name="features">F: numbers in a row of weights.</param>
public sealed class FeaturePairs(IReadOnlyList<(FeatureRow Difference, double Weight)> pairs, int features)
{
    private const int Rounds = 50;
    private const int InnerRounds = 100;
    private const double Tolerance = 1e-6;
    private readonly double _total = pairs.Sum(p => p.Weight);

    /// <summary>Number of pairs.</summary>
    public int Count => pairs.Count;

    /// <summary>Sum of the pairs' weights.</summary>
    public double Total => _total;

    /// <summary>Mean -log sigmoid of the pairs' log-odds in nats.</summary>
    public double MeanLoss(double[] weights) => pairs.Sum(p => p.Weight * Softplus(-p.Difference.Dot(weights))) / _total;

    /// <summary>
    /// The minimum, by Newton's method with conjugate gradients for its steps (Lin, Weng and Keerthi 2008): the problem is convex, so the
    /// result is the same from everywhere. (F)
    /// </summary>
    public double[] Fit(double penalty, CancellationToken ct)
    {
        var (weights, margins) = (new double[features], new double[pairs.Count]);
        for (var round = 0; round < Rounds && _total > 0; round++)
        {
            ct.ThrowIfCancellationRequested();
            // 1. Gradient and, of each pair, the curvature.
            var gradient = Array.ConvertAll(weights, w => penalty * w);
            var curvature = new double[pairs.Count];
            for (var i = 0; i < pairs.Count; i++)
            {
                var wrong = 1 / (1 + Math.Exp(margins[i]));
                var share = pairs[i].Weight / _total;
                pairs[i].Difference.AddTo(gradient, -share * wrong);
                curvature[i] = share * wrong * (1 - wrong);
            }
            var norm = Math.Sqrt(Product(gradient, gradient));
            if (norm < Tolerance)
            {
                break;
            }

            // 2. A Newton step, halved until the loss falls.
            var step = Solve(gradient, curvature, penalty, Math.Min(0.1, Math.Sqrt(norm)) * norm);
            var moved = new double[pairs.Count];
            for (var i = 0; i < pairs.Count; i++)
            {
                moved[i] = pairs[i].Difference.Dot(step);
            }
            var before = Loss(margins, weights, penalty);
            var (length, decrease) = (1.0, 1e-4 * Product(gradient, step));
            while (length > 1e-6 && Loss(At(margins, moved, length), At(weights, step, length), penalty) > before + length * decrease)
            {
                length /= 2;
            }
            (weights, margins) = (At(weights, step, length), At(margins, moved, length));
        }
        return weights;
    }

    // Conjugate gradients on (penalty I + sum of curvature d d^T) step = -gradient, until the residual is small.
    private double[] Solve(double[] gradient, double[] curvature, double penalty, double small)
    {
        var step = new double[features];
        var residual = Array.ConvertAll(gradient, g => -g);
        var direction = residual.ToArray();
        var square = Product(residual, residual);
        for (var round = 0; round < InnerRounds && Math.Sqrt(square) > small; round++)
        {
            var curved = Array.ConvertAll(direction, d => penalty * d);
            for (var i = 0; i < pairs.Count; i++)
            {
                pairs[i].Difference.AddTo(curved, curvature[i] * pairs[i].Difference.Dot(direction));
            }
            var along = square / Product(direction, curved);
            step = At(step, direction, along);
            residual = At(residual, curved, -along);
            var next = Product(residual, residual);
            direction = At(residual, direction, next / square);
            square = next;
        }
        return step;
    }

    private double Loss(double[] margins, double[] weights, double penalty) =>
        margins.Select((m, i) => pairs[i].Weight / _total * Softplus(-m)).Sum() + penalty / 2 * Product(weights, weights);

    private static double[] At(double[] from, double[] direction, double length)
    {
        var there = new double[from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            there[i] = from[i] + length * direction[i];
        }
        return there;
    }

    private static double Product(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double Softplus(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));
}
