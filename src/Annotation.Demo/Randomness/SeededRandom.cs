namespace Annotation.Demo.Randomness;

/// <summary>
/// A small generator (SplitMix64) that gives the same numbers for the same seed on every machine and every .NET version, and that
/// can be opened for a label, so that what one part of the world draws never depends on how often another part drew before.
/// </summary>
/// <param name="seed">Any number; equal seeds give equal streams.</param>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for <paramref name="labels"/>, independent of every other stream of the same seed.</summary>
    public static SeededRandom Of(ulong seed, params ReadOnlySpan<string> labels)
    {
        ulong hash = Mix(seed + 0x9E3779B97F4A7C15UL);
        foreach (string label in labels)
        {
            hash = Mix(hash ^ Hash(label));
        }
        return new SeededRandom(hash);
    }

    /// <summary>FNV-1a over the UTF-16 code units of <paramref name="text"/>, finished by a mixing step.</summary>
    public static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char unit in text)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }
        return Mix(hash);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 .. <paramref name="count"/> - 1.</summary>
    public int NextInt(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>True with the given probability.</summary>
    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>A standard normal number (Box-Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A standard Gumbel number; adding one to each utility and sorting draws a Plackett-Luce ranking.</summary>
    public double NextGumbel() => -Math.Log(-Math.Log(NextDouble() + double.Epsilon));

    /// <summary>One of the items, each equally likely.</summary>
    public T Choose<T>(IReadOnlyList<T> items) => items[NextInt(items.Count)];

    /// <summary>One of the items, in proportion to its weight.</summary>
    public T Choose<T>(IReadOnlyList<(T Item, double Weight)> items)
    {
        double left = NextDouble() * items.Sum(item => item.Weight);
        foreach ((T item, double weight) in items)
        {
            left -= weight;
            if (left < 0)
            {
                return item;
            }
        }
        return items[^1].Item;
    }

    /// <summary>The items in random order.</summary>
    public List<T> Shuffle<T>(IEnumerable<T> items)
    {
        List<T> shuffled = [.. items];
        for (int i = shuffled.Count - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
