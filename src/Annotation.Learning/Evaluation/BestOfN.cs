namespace Annotation.Learning.Evaluation;

/// <summary>What is gained by writing n completions and keeping the one with the best score, estimated from one pool of N per prompt.</summary>
public static class BestOfN
{
    /// <summary>KL from the policy in nats: log n - (n - 1)/n (Stiennon et al. 2020, appendix G.3).</summary>
    public static double Kl(int n) => Math.Log(n) - (n - 1.0) / n;

    /// <summary>
    /// Expected value of the completion whose score is best of n, averaged over all n-subsets of each prompt's pool and over the
    /// prompts (the unbiased estimator of Nakano et al. 2021). scores and values are [prompt][completion].
    /// </summary>
    public static double Expected(IReadOnlyList<IReadOnlyList<double>> scores, IReadOnlyList<IReadOnlyList<double>> values, int n) =>
        scores.Zip(values, (s, v) => OfPool(s, v, n)).Average();

    /// <summary>The same with a 95 % interval over prompts.</summary>
    public static Estimate WithInterval(IReadOnlyList<IReadOnlyList<double>> scores, IReadOnlyList<IReadOnlyList<double>> values, int n) =>
        Estimate.Ratio([.. scores.Zip(values, (s, v) => (OfPool(s, v, n), 1.0))])!;

    private static double OfPool(IReadOnlyList<double> scores, IReadOnlyList<double> values, int n)
    {
        var size = scores.Count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, size);
        var best = Enumerable.Range(0, size).OrderByDescending(i => scores[i]).ToList();
        // The i-th best of the pool is the best of a subset when the other n - 1 are among the size - 1 - i worse ones.
        var probability = n / (double)size;
        var expected = 0.0;
        for (var i = 0; i <= size - n; i++)
        {
            expected += probability * values[best[i]];
            probability *= (size - i - n) / (double)(size - i - 1);
        }
        return expected;
    }
}
