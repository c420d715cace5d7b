using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling.Features;

/// <summary>
/// What words mean by their neighbours in the ranked texts, so that a word seen twice shares what is known of its kin: leading singular vectors
/// of positive pointwise mutual information (Levy and Goldberg 2014). A text is the mean of its words' vectors, a word of probability p
/// weighing a / (a + p) (Arora, Liang and Ma 2017).
/// </summary>
/// <param name="Words">V: the words that have a vector.</param>
/// <param name="Vectors">[word][dimension], each of length 1.</param>
/// <param name="Shares">Of each word: what it weighs in a text.</param>
public sealed record WordVectors(IReadOnlyList<string> Words, IReadOnlyList<float[]> Vectors, IReadOnlyList<double> Shares)
{
    private const int Size = 64;
    private const int Fewest = 8;
    private const int MostWords = 4000;
    private const int Window = 4;
    private const double ContextPower = 0.75;
    private const double CommonShare = 1e-3;

    // Subspace iteration: this many directions more than wanted, and rounds.
    private const int Spare = 16;
    private const int Rounds = 6;

    // Against the features of TextFeatures: the prior of a weight's deviation on a coordinate is so much wider.
    private const double Scale = 4.5;

    private readonly Dictionary<string, int> _places = Words.Select((w, i) => (w, i)).ToDictionary(x => x.w, x => x.i);

    /// <summary>The names of what <see cref="Of"/> gives.</summary>
    internal static IEnumerable<string> Keys => Enumerable.Range(0, Size).Select(i => $"meaning {i}").Append("on topic");

    /// <summary>Whether each word has a vector of the right size and a share.</summary>
    public bool IsWhole => Vectors.Count == Words.Count && Shares.Count == Words.Count && Vectors.All(v => v.Length == Size);

    /// <summary>Learns from texts; null where these have too few different words.</summary>
    public static WordVectors? Learn(IReadOnlyList<RankedPrompt> rankings)
    {
        var texts = rankings
            .SelectMany(r => r.Prompt.Select(m => m.Content).Concat(r.Completions))
            .Distinct()
            .Select(TextFeatures.Words)
            .ToList();
        var counts = texts.SelectMany(t => t).CountBy(w => w).ToList();
        var words = counts
            .Where(w => w.Value >= Fewest)
            .OrderByDescending(w => w.Value)
            .ThenBy(w => w.Key, StringComparer.Ordinal)
            .Take(MostWords)
            .ToList();
        if (words.Count < 4 * Size)
        {
            return null;
        }
        double all = counts.Sum(w => (long)w.Value);
        return new(
            [.. words.Select(w => w.Key)],
            Decompose(MutualInformation(texts, words.Select((w, i) => (w.Key, i)).ToDictionary(x => x.Key, x => x.i)), words.Count),
            [.. words.Select(w => CommonShare / (CommonShare + w.Value / all))]
        );
    }

    /// <summary>The coordinates of a completion's meaning, and how near it is to what was asked.</summary>
    public IEnumerable<(string Key, double Value)> Of(IReadOnlyList<Message> prompt, string completion)
    {
        var meaning = Mean(completion);
        var asked = Mean(prompt.Count == 0 ? "" : prompt[^1].Content);
        var lengths = Math.Sqrt(meaning.Sum(x => x * x) * asked.Sum(x => x * x));
        var near = lengths == 0 ? 0 : meaning.Zip(asked, (a, b) => a * b).Sum() / lengths;
        return Keys.Zip(meaning.Append(near), (key, value) => (key, Scale * value));
    }

    private double[] Mean(string text)
    {
        var (sum, total) = (new double[Size], 0.0);
        foreach (var word in TextFeatures.Words(text))
        {
            if (_places.TryGetValue(word, out var place))
            {
                total += Shares[place];
                for (var i = 0; i < Size; i++)
                {
                    sum[i] += Shares[place] * Vectors[place][i];
                }
            }
        }
        return total == 0 ? sum : Array.ConvertAll(sum, s => s / total);
    }

    // max(0, log p(j | i) / q_j), neighbours counting by nearness, q their frequency to the power of 3/4. (V, V)
    private static float[] MutualInformation(List<IReadOnlyList<string>> texts, Dictionary<string, int> places)
    {
        var size = places.Count;
        var together = new float[size * size];
        foreach (var text in texts)
        {
            var ids = text.Select(w => places.GetValueOrDefault(w, -1)).ToArray();
            for (var i = 0; i < ids.Length; i++)
            {
                for (var j = i + 1; j < Math.Min(ids.Length, i + 1 + Window); j++)
                {
                    if (ids[i] >= 0 && ids[j] >= 0)
                    {
                        together[ids[i] * size + ids[j]] += 1f / (j - i);
                        together[ids[j] * size + ids[i]] += 1f / (j - i);
                    }
                }
            }
        }
        var sums = Enumerable.Range(0, size).Select(i => together.AsSpan(i * size, size).ToArray().Sum(x => (double)x)).ToArray();
        var powers = Array.ConvertAll(sums, s => Math.Pow(s, ContextPower));
        var total = powers.Sum();
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                var count = together[i * size + j];
                together[i * size + j] = count == 0 ? 0 : (float)Math.Max(0, Math.Log(count / sums[i] / (powers[j] / total)));
            }
        }
        return together;
    }

    // Left singular vectors times the roots of their values, by subspace iteration; rows of length 1.
    private static List<float[]> Decompose(float[] matrix, int size)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var m = tensor(matrix, [size, size], device: CPU);
        var random = new SeededRandom(1);
        var start = Enumerable.Range(0, size * (Size + Spare)).Select(_ => (float)random.NextNormal()).ToArray();
        var basis = linalg.qr(tensor(start, [size, Size + Spare], device: CPU)).Q;
        for (var round = 0; round < Rounds; round++)
        {
            using var step = NewDisposeScope();
            basis = linalg.qr(m.mm(m.t().mm(basis))).Q.MoveToOuterDisposeScope();
        }
        // Eigenvalues of the small product, ascending, are squares of singular values.
        var small = basis.t().mm(m); // (k, V)
        var (squares, turns) = linalg.eigh(small.mm(small.t()));
        var vectors = basis.mm(turns.narrow(1, Spare, Size)) * squares.narrow(0, Spare, Size).clamp_min(0).pow(0.25);
        vectors /= vectors.norm(1, keepdim: true).clamp_min(1e-9);
        return [.. vectors.contiguous().data<float>().ToArray().Chunk(Size)];
    }
}
