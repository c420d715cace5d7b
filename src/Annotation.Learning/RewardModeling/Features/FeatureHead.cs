using Annotation.Learning.Evaluation;
using Annotation.Learning.Text;

namespace Annotation.Learning.RewardModeling.Features;

/// <summary>
/// A linear score of <see cref="TextFeatures"/> and <see cref="WordVectors"/> per criterion, beside the network's. It understands nothing, but with a few thousand
/// rankings it knows more of people's taste than a small network does.
/// </summary>
/// <param name="Keys">F: the features it knows.</param>
/// <param name="Weights">[criterion][feature]; differences of scores are log-odds of being preferred.</param>
/// <param name="Variance">Of each criterion: the variance of the weights before anything was seen.</param>
public sealed record FeatureHead(IReadOnlyList<string> Keys, IReadOnlyList<double[]> Weights, IReadOnlyList<double> Variance)
{
    // A feature of one completion alone predicts nothing.
    private const int Occurrences = 2;

    // Weights are expected within +-0.16 log-odds: what explains people's preferences best; half and twice of it do about as well.
    private const double UsualVariance = 0.025;
    private static readonly double[] _variances = [0.006, UsualVariance, 0.1, 0.4];

    // Fewer pairs than these choose by chance.
    private const int PairsToChoose = 400;

    private readonly Dictionary<string, int> _places = Keys.Select((key, i) => (key, i)).ToDictionary(k => k.key, k => k.i);

    /// <summary>What its words mean by their neighbours; null where the texts were too few.</summary>
    public WordVectors? Meanings { get; init; }

    /// <summary>Fits on rankings; the weights' variance is chosen by the validation rankings where they hold enough pairs.</summary>
    public static FeatureHead Fit(
        IReadOnlyList<string> criteria,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CancellationToken ct = default
    )
    {
        var head = Empty(train);
        var (seen, held) = (head.Read(train), head.Read(validation));
        var fitted = criteria.Select(c => Choose(head.Pairs(seen, train, c), head.Pairs(held, validation, c), ct)).ToList();
        return head with { Weights = [.. fitted.Select(f => f.Weights)], Variance = [.. fitted.Select(f => f.Variance)] };
    }

    /// <summary>A head of the same variances that learns from more rankings.</summary>
    internal FeatureHead Refit(IReadOnlyList<string> criteria, IReadOnlyList<RankedPrompt> rankings, CancellationToken ct)
    {
        var head = Empty(rankings);
        var rows = head.Read(rankings);
        return head with
        {
            Variance = Variance,
            Weights = [.. criteria.Select((c, i) => Fit(head.Pairs(rows, rankings, c), Variance[i], ct))],
        };
    }

    /// <summary>The score of each criterion.</summary>
    public double[] Score(IReadOnlyList<Message> prompt, string completion)
    {
        var row = Read(prompt, completion);
        return [.. Weights.Select(row.Dot)];
    }

    private static (double[] Weights, double Variance) Choose(FeaturePairs train, FeaturePairs validation, CancellationToken ct)
    {
        IEnumerable<double> candidates = validation.Count < PairsToChoose ? [UsualVariance] : _variances;
        var fitted = candidates.Select(v => (Weights: Fit(train, v, ct), Variance: v)).ToList();
        return fitted.Count == 1 ? fitted[0] : fitted.MinBy(f => validation.MeanLoss(f.Weights));
    }

    // A normal prior of variance v on each weight is a penalty of 1 / v on the sum over pairs, 1 / (v n) on their mean.
    private static double[] Fit(FeaturePairs pairs, double variance, CancellationToken ct) =>
        pairs.Fit(1 / (variance * Math.Max(1, pairs.Total)), ct);

    private FeaturePairs Pairs(IReadOnlyList<FeatureRow[]> rows, IReadOnlyList<RankedPrompt> rankings, string criterion) =>
        new(
            [
                .. PreferencePair
                    .Of(rankings, criterion)
                    .Select(p => (rows[p.Ranking][p.ChosenIndex].Minus(rows[p.Ranking][p.RejectedIndex]), p.Weight)),
            ],
            Keys.Count
        );

    private static FeatureHead Empty(IReadOnlyList<RankedPrompt> rankings)
    {
        var meanings = WordVectors.Learn(rankings);
        return new FeatureHead([.. KeysOf(rankings), .. meanings is null ? [] : WordVectors.Keys], [], []) { Meanings = meanings };
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

    private FeatureRow Read(IReadOnlyList<Message> prompt, string completion) =>
        FeatureRow.Of(
            TextFeatures
                .Of(prompt, completion)
                .Concat(Meanings?.Of(prompt, completion) ?? [])
                .Where(f => _places.ContainsKey(f.Key))
                .Select(f => (_places[f.Key], f.Value))
        );
}
