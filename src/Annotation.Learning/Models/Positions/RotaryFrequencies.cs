namespace Annotation.Learning.Models.Positions;

/// <summary>How fast each pair of a head's dimensions turns, in radians per position.</summary>
internal static class RotaryFrequencies
{
    /// <summary>theta^(-2i/hd) for i = 0 … hd/2 - 1 (Su et al. 2021), stretched as the config says.</summary>
    internal static double[] Of(LanguageModelConfig config)
    {
        var plain = Enumerable.Range(0, config.HeadSize / 2).Select(i => Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize)).ToArray();
        return config.RopeScaling switch
        {
            null => plain,
            { Kind: RopeScaling.Linear } scaling => Array.ConvertAll(plain, f => f / scaling.Factor),
            { Kind: RopeScaling.Llama3 } scaling => Array.ConvertAll(plain, f => Llama3(f, scaling)),
            { Kind: RopeScaling.Yarn } scaling => Yarn(plain, scaling, config),
            var other => throw new ArgumentException($"Unknown rotary scaling '{other.Kind}'.", nameof(config)),
        };
    }

    /// <summary>What cosines and sines are multiplied by.</summary>
    internal static double AttentionFactor(RopeScaling? scaling) =>
        scaling is not { Kind: RopeScaling.Yarn }
            ? 1
            : scaling.AttentionFactor ?? (scaling.Factor <= 1 ? 1 : 0.1 * Math.Log(scaling.Factor) + 1);

    /// <summary>
    /// With r = original context / wavelength: f / factor where r is below the low factor, f where it is above the high one,
    /// and in between a mixture that is linear in r.
    /// </summary>
    private static double Llama3(double frequency, RopeScaling scaling)
    {
        var turns = scaling.OriginalContextLength * frequency / (2 * Math.PI);
        var kept = Math.Clamp((turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor), 0, 1);
        return (1 - kept) * frequency / scaling.Factor + kept * frequency;
    }

    /// <summary>Between the dimensions that turn beta_fast and beta_slow times within the original context, linear in the dimension.</summary>
    private static double[] Yarn(double[] plain, RopeScaling scaling, LanguageModelConfig config)
    {
        var (low, high) = (DimensionOf(scaling.BetaFast), DimensionOf(scaling.BetaSlow));
        if (scaling.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }
        (low, high) = (Math.Max(low, 0), Math.Min(high, config.HeadSize - 1));
        high = low == high ? high + 0.001 : high;
        return
        [
            .. plain.Select(
                (f, i) =>
                {
                    var stretched = Math.Clamp((i - low) / (high - low), 0, 1);
                    return stretched * f / scaling.Factor + (1 - stretched) * f;
                }
            ),
        ];

        // The index, not rounded, of the frequency that turns so often within the original context.
        double DimensionOf(double turns) =>
            config.HeadSize * Math.Log(scaling.OriginalContextLength / (turns * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
    }
}
