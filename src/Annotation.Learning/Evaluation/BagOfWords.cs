namespace Annotation.Learning.Evaluation;

/// <summary>
/// The baseline every reward model must beat: a linear score of a completion's words and log length, fitted on pairs as a logistic
/// regression on differences. It never reads the prompt.
/// </summary>
public sealed class BagOfWords
{
    private const double L2 = 1e-2;
    private const int Rounds = 300;
    private const double Rate = 0.05;
    private readonly Dictionary<string, int> _vocabulary = [];
    private double[] _weights = [];

    /// <summary>Fits on the untied pairs of rankings; every ranking weighs the same.</summary>
    public static BagOfWords Fit(IReadOnlyList<PreferencePair> pairs)
    {
        var bag = new BagOfWords();
        var rows = pairs
            .Select(p => (Features: Difference(bag.Features(p.Chosen, grow: true), bag.Features(p.Rejected, grow: true)), p.Weight))
            .ToList();
        bag._weights = new double[bag._vocabulary.Count + 1];
        bag.Descend(rows, rows.Sum(r => r.Weight));
        return bag;
    }

    /// <summary>The score; differences of scores are log-odds.</summary>
    public double Score(string completion) => Dot(Features(completion, grow: false));

    // Adam on the full batch: the problem is convex and small, so its plain form reaches the minimum.
    private void Descend(List<(List<(int Index, double Value)> Features, double Weight)> rows, double total)
    {
        var (first, second, gradient) = (new double[_weights.Length], new double[_weights.Length], new double[_weights.Length]);
        for (var round = 1; round <= Rounds && total > 0; round++)
        {
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] = L2 * _weights[i];
            }
            foreach (var (features, weight) in rows)
            {
                var push = -weight / total / (1 + Math.Exp(Dot(features)));
                foreach (var (index, value) in features)
                {
                    gradient[index] += push * value;
                }
            }
            for (var i = 0; i < gradient.Length; i++)
            {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
                var step = first[i] / (1 - Math.Pow(0.9, round)) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.999, round))) + 1e-12);
                _weights[i] -= Rate * step;
            }
        }
    }

    // Index 0 is the log length; words are lower-case runs of letters and digits, counted as log(1 + n).
    private List<(int Index, double Value)> Features(string text, bool grow)
    {
        var counts = new Dictionary<int, int>();
        foreach (var word in Words(text))
        {
            if (!_vocabulary.TryGetValue(word, out var index))
            {
                if (!grow)
                {
                    continue;
                }
                index = _vocabulary[word] = _vocabulary.Count + 1;
            }
            counts[index] = counts.GetValueOrDefault(index) + 1;
        }
        return [(0, Math.Log(1 + text.Length)), .. counts.Select(c => (c.Key, Math.Log(1 + c.Value)))];
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var start = 0; start < text.Length; )
        {
            var end = start;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }
            if (end > start)
            {
                yield return text[start..end].ToLowerInvariant();
            }
            start = end + 1;
        }
    }

    private static List<(int Index, double Value)> Difference(List<(int Index, double Value)> a, List<(int Index, double Value)> b) =>
        [
            .. a.Concat(b.Select(f => (f.Index, Value: -f.Value)))
                .GroupBy(f => f.Index)
                .Select(g => (g.Key, g.Sum(f => f.Value)))
                .Where(f => f.Item2 != 0),
        ];

    private double Dot(List<(int Index, double Value)> features)
    {
        var sum = 0.0;
        foreach (var (index, value) in features)
        {
            sum += _weights[index] * value;
        }
        return sum;
    }
}
