namespace Annotation.Benchmarks.Labeling;

/// <summary>Times in milliseconds, nearest rank.</summary>
public sealed record LatencyFigures(int Count, double P50, double P95, double P99, double Max)
{
    /// <summary>The figures of these times in milliseconds; zeros when there are none.</summary>
    public static LatencyFigures Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        double At(double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Ceiling(share * sorted.Length) - 1], 2);
        return new LatencyFigures(sorted.Length, At(0.5), At(0.95), At(0.99), At(1));
    }
}
