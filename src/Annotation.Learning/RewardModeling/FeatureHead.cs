using Annotation.Learning.Text;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// A linear score of <see cref="TextFeatures"/> per criterion, beside the network's. It understands nothing, but with a few thousand
/// rankings it knows more of people's taste than a small network does.
/// </summary>
/// <param name="Keys">F: the features it knows.</param>
/// <param name="Weights">[criterion][feature]; differences of scores are log-odds of being preferred.</param>
/// <param name="Penalty">Of each criterion: the L2 penalty that predicted the validation rankings best.</param>
public sealed record FeatureHead(IReadOnlyList<string> Keys, IReadOnlyList<double[]> Weights, IReadOnlyList<double> Penalty)
{
    // A feature of one completion alone predicts nothing.
    private const int Occurrences = 2;
    private const double UsualPenalty = 1e-2;
    private static readonly double[] _penalties = [3e-2, UsualPenalty, 3e-3, 1e-3];

    // Fewer pairs than these do not choose a penalty.
    private const int PairsToChoose = 50;

    private readonly Dictionary<string, int> _places = Keys.Select((key, i) => (key, i)).ToDictionary(k => k.key, k => k.i);

    /// <summary>Fits on rankings; the strength of the penalty is chosen by the validation rankings where they hold enough pairs.</summary>
    public static FeatureHead Fit(
        IReadOnlyList<string> criteria,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CancellationToken ct = default
    )
    {
        var head = new FeatureHead(KeysOf(train), [], []);
        var (seen, held) = (head.Read(train), head.Read(validation));
        var fitted = criteria
            .Select(c => Choose(new FeaturePairs(seen, train, c), new FeaturePairs(held, validation, c), head.Keys.Count, ct))
            .ToList();
        return head with { Weights = [.. fitted.Select(f => f.Weights)], Penalty = [.. fitted.Select(f => f.Penalty)] };
    }

    /// <summary>The score of each criterion.</summary>
    public double[] Score(IReadOnlyList<Message> prompt, string completion)
    {
        var row = Read(prompt, completion);
        return [.. Weights.Select(w => FeaturePairs.Dot(row, w))];
    }

    private static (double[] Weights, double Penalty) Choose(
        FeaturePairs train,
        FeaturePairs validation,
        int features,
        CancellationToken ct
    )
    {
        if (validation.Count < PairsToChoose)
        {
            return (train.Fit(features, UsualPenalty, ct), UsualPenalty);
        }
        return _penalties
            .Select(penalty => (Weights: train.Fit(features, penalty, ct), Penalty: penalty))
            .MinBy(f => validation.MeanLoss(f.Weights));
    }

    private static List<string> KeysOf(IReadOnlyList<RankedPrompt> rankings) =>
        [
            .. rankings
                .SelectMany(r => r.Completions.Select(c => (r.Prompt, c)))
                .SelectMany(x => TextFeatures.Of(x.Prompt, x.c))
                .GroupBy(f => f.Key, StringComparer.Ordinal)
                .Where(g => g.Count() >= Occurrences)
                .Select(g => g.Key)
                .Order(StringComparer.Ordinal),
        ];

    private List<FeatureRow[]> Read(IReadOnlyList<RankedPrompt> rankings) =>
        [.. rankings.Select(r => r.Completions.Select(c => Read(r.Prompt, c)).ToArray())];

    private FeatureRow Read(IReadOnlyList<Message> prompt, string completion)
    {
        var known = TextFeatures.Of(prompt, completion).Where(f => _places.ContainsKey(f.Key)).ToList();
        return new([.. known.Select(f => _places[f.Key])], [.. known.Select(f => f.Value)]);
    }
}
