using Annotation.Learning.RewardModeling.Features;

namespace Annotation.Learning.Evaluation;

/// <summary>
/// The baseline every reward model must beat: a linear score of a completion's words and log length, fitted on pairs as a logistic
/// regression on differences. It never reads the prompt.
/// </summary>
public sealed class BagOfWords
{
    private const double L2 = 1e-2;
    private readonly Dictionary<string, int> _vocabulary = [];
    private double[] _weights = [];

    /// <summary>Fits on the untied pairs of rankings; every ranking weighs the same.</summary>
    public static BagOfWords Fit(IReadOnlyList<PreferencePair> pairs, CancellationToken ct = default)
    {
        var bag = new BagOfWords();
        var rows = pairs.Select(p => (bag.Features(p.Chosen, grow: true).Minus(bag.Features(p.Rejected, grow: true)), p.Weight)).ToList();
        bag._weights = new FeaturePairs(rows, bag._vocabulary.Count + 1).Fit(L2, ct);
        return bag;
    }

    /// <summary>The score; differences of scores are log-odds.</summary>
    public double Score(string completion) => Features(completion, grow: false).Dot(_weights);

    // Place 0 is the log length; words are lower-case runs of letters and digits, counted as log(1 + n).
    private FeatureRow Features(string text, bool grow)
    {
        var counts = new Dictionary<int, int>();
        foreach (var word in Words(text))
        {
            if (!_vocabulary.TryGetValue(word, out var place))
            {
                if (!grow)
                {
                    continue;
                }
                place = _vocabulary[word] = _vocabulary.Count + 1;
            }
            counts[place] = counts.GetValueOrDefault(place) + 1;
        }
        return FeatureRow.Of([(0, Math.Log(1 + text.Length)), .. counts.Select(c => (c.Key, Math.Log(1 + c.Value)))]);
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
}
