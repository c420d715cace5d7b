namespace Annotation.Learning.Training;

/// <summary>
/// Random numbers that are a pure function of a seed and a path of numbers (run seed, epoch, ...): a resumed run draws what the
/// uninterrupted one would have drawn, with no state to save. SplitMix64 (Steele et al. 2014), the same on every machine.
/// </summary>
public sealed class SeededRandom
{
    private ulong _state;

    /// <summary>The stream of this seed and path.</summary>
    public SeededRandom(ulong seed, params ReadOnlySpan<int> path)
    {
        _state = seed;
        foreach (var part in path)
        {
            _state = NextBits() ^ (uint)part;
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>).</summary>
    public int NextInt(int exclusiveMax) => (int)(NextDouble() * exclusiveMax);

    /// <summary>Standard normal (Box-Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A permutation of 0 .. count-1 (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
