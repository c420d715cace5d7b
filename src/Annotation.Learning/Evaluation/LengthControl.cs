using System.Globalization;

namespace Annotation.Learning.Evaluation;

/// <summary>
/// The win rate of A against B as if both wrote completions of the same length: a logistic regression of who won on the logarithm of the
/// ratio of their lengths, read at ratio 1 (Stiennon et al. 2020, appendix F).
/// </summary>
public static class LengthControl
{
    private const int Rounds = 100;
    private const int Resamples = 200;
    private const int Seed = 20200903;

    // Keeps the slope finite where length alone decides; worth a fraction of one comparison.
    private const double Ridge = 0.05;

    /// <summary>
    /// The rate with a 95 % interval from a bootstrap over prompts, because comparisons of one prompt are not independent. wins are 1 where A
    /// is preferred, 0 where B is and a half for ties; log ratios are log(length of A / length of B); prompts tell which comparisons share
    /// one, null when each has its own.
    /// </summary>
    public static Estimate WinRate(IReadOnlyList<double> wins, IReadOnlyList<double> logRatios, IReadOnlyList<string>? prompts = null)
    {
        if (wins.Count == 0 || wins.Count != logRatios.Count || (prompts is not null && prompts.Count != wins.Count))
        {
            throw new ArgumentException(
                $"{wins.Count} outcomes, {logRatios.Count} lengths and {prompts?.Count ?? wins.Count} prompts: one of each for every comparison is needed."
            );
        }
        var clusters = Enumerable
            .Range(0, wins.Count)
            .GroupBy(i => prompts is null ? i.ToString(CultureInfo.InvariantCulture) : prompts[i])
            .Select(g => g.ToList())
            .ToList();
        var random = new Training.SeededRandom(Seed);
        var rates = Enumerable
            .Range(0, Resamples)
            .Select(_ => Enumerable.Range(0, clusters.Count).SelectMany(_ => clusters[random.NextInt(clusters.Count)]).ToList())
            .Select(drawn => AtEqualLength([.. drawn.Select(i => wins[i])], [.. drawn.Select(i => logRatios[i])]))
            .Order()
            .ToList();
        return new(
            AtEqualLength(wins, logRatios),
            rates[(int)Math.Round(0.025 * (Resamples - 1))],
            rates[(int)Math.Round(0.975 * (Resamples - 1))]
        );
    }

    // Newton's method on the intercept and the slope.
    private static double AtEqualLength(IReadOnlyList<double> wins, IReadOnlyList<double> logRatios)
    {
        var (intercept, slope) = (0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            var (g1, g2) = (Ridge * intercept, Ridge * slope);
            var (h11, h12, h22) = (Ridge, 0.0, Ridge);
            for (var i = 0; i < wins.Count; i++)
            {
                var (x, p) = (logRatios[i], Sigmoid(intercept + slope * logRatios[i]));
                var curve = p * (1 - p);
                (g1, g2) = (g1 + p - wins[i], g2 + (p - wins[i]) * x);
                (h11, h12, h22) = (h11 + curve, h12 + curve * x, h22 + curve * x * x);
            }
            var determinant = h11 * h22 - h12 * h12;
            // Half steps: a whole one may leap over the minimum where the sigmoid is flat.
            intercept -= 0.5 * (h22 * g1 - h12 * g2) / determinant;
            slope -= 0.5 * (h11 * g2 - h12 * g1) / determinant;
        }
        return Sigmoid(intercept);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
