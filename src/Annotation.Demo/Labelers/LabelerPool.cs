using Annotation.Demo.Randomness;

namespace Annotation.Demo.Labelers;

/// <summary>The simulated people of a demo.</summary>
public static class LabelerPool
{
    private static readonly string[] Names = ["ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana"];

    /// <summary>
    /// People who differ: sharpness log-normal around 4 per unit of gold, flip rate uniform from 0.125 to 0.15, length bias uniform
    /// from 0 to 0.3 per unit of length.
    /// </summary>
    /// <param name="count">1 to 8.</param>
    /// <param name="seed">Equal seeds make equal people.</param>
    public static IReadOnlyList<SimulatedLabeler> Create(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Names.Length);
        var random = SeededRandom.Of(seed, "labelers");
        return
        [
            .. Names
                .Take(count)
                .Select(name => new SimulatedLabeler(
                    name,
                    4 * Math.Exp(0.25 * random.NextNormal()),
                    0.125 + (0.025 * random.NextDouble()),
                    0.3 * random.NextDouble(),
                    random.NextBits()
                )),
        ];
    }
}
