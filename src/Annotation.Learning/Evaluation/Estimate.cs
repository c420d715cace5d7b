using Annotation.Learning.Training;

namespace Annotation.Learning.Evaluation;

/// <summary>A figure with its 95 % interval.</summary>
public sealed record Estimate(double Value, double Low, double High)
{
    private const int Resamples = 1000;
    private const int Seed = 20200902;

    /// <summary>
    /// Ratio of sums over prompts with a percentile bootstrap over prompts, because pairs of one prompt are not independent.
    /// Always the same for the same data. Null when there is nothing to count.
    /// </summary>
    public static Estimate? Ratio(IReadOnlyList<(double Numerator, double Denominator)> prompts)
    {
        var all = prompts.Sum(p => p.Denominator);
        if (all <= 0)
        {
            return null;
        }
        var random = new SeededRandom(Seed);
        var ratios = new List<double>(Resamples);
        for (var i = 0; i < Resamples; i++)
        {
            var (numerator, denominator) = (0.0, 0.0);
            for (var j = 0; j < prompts.Count; j++)
            {
                var drawn = prompts[random.NextInt(prompts.Count)];
                numerator += drawn.Numerator;
                denominator += drawn.Denominator;
            }
            if (denominator > 0)
            {
                ratios.Add(numerator / denominator);
            }
        }
        ratios.Sort();
        return new(prompts.Sum(p => p.Numerator) / all, Quantile(0.025), Quantile(0.975));

        double Quantile(double q) => ratios[(int)Math.Round(q * (ratios.Count - 1))];
    }

    /// <summary>Mean with a bootstrap interval.</summary>
    public static Estimate? Mean(IEnumerable<double> values) => Ratio([.. values.Select(v => (v, 1.0))]);
}
