using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;

namespace Annotation.Learning.Evaluation;

/// <summary>Scores of completions of one prompt; differences are log-odds of being preferred.</summary>
public delegate IReadOnlyList<double> ScoreCompletions(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions);

/// <summary>Measures a reward model on held-out rankings.</summary>
public static class RewardEvaluation
{
    private const int Bins = 10;

    /// <summary>
    /// The report of one criterion, or null when the test rankings hold no untied pair of it. Split train and test by prompt, never by
    /// pair.
    /// </summary>
    public static RewardReport? Measure(
        string criterion,
        ScoreCompletions score,
        IReadOnlyList<RankedPrompt> test,
        IReadOnlyList<RankedPrompt> train,
        CancellationToken ct = default
    ) => Report(criterion, Judge(criterion, score, test, train, ct), test);

    /// <summary>The untied pairs of the test rankings as the scores and bag of words see them.</summary>
    internal static IReadOnlyList<JudgedPair> Judge(
        string criterion,
        ScoreCompletions score,
        IReadOnlyList<RankedPrompt> test,
        IReadOnlyList<RankedPrompt> train,
        CancellationToken ct
    )
    {
        var pairs = PreferencePair.Of(test, criterion);
        var trainPairs = pairs.Count > 0 ? PreferencePair.Of(train, criterion) : [];
        var bag = trainPairs.Count > 0 ? BagOfWords.Fit(trainPairs, ct) : null;
        var judged = new List<JudgedPair>(pairs.Count);
        foreach (var ranking in pairs.GroupBy(p => p.Ranking))
        {
            ct.ThrowIfCancellationRequested();
            var of = test[ranking.Key];
            var scores = score(of.Prompt, of.Completions);
            judged.AddRange(
                ranking.Select(p => new JudgedPair(
                    of,
                    p,
                    scores[p.ChosenIndex] - scores[p.RejectedIndex],
                    bag is null ? null : bag.Score(p.Chosen) - bag.Score(p.Rejected)
                ))
            );
        }
        return judged;
    }

    /// <summary>The report of judged pairs; null without any. Labelers' agreement is over the rankings they are of.</summary>
    internal static RewardReport? Report(string criterion, IReadOnlyList<JudgedPair> pairs, IReadOnlyList<RankedPrompt> rankings)
    {
        if (pairs.Count == 0)
        {
            return null;
        }
        var calibration = Calibrate(pairs);
        var hasBag = pairs.All(p => p.BagDifference is not null);
        List<(string Name, Func<JudgedPair, double> Right)> baselines = [("longer wins", p => p.LongerRight), ("shorter wins", Shorter)];
        if (hasBag)
        {
            baselines.Add(("bag of words", p => p.BagRight));
        }
        var best = baselines.MaxBy(b => pairs.Sum(b.Right));
        return new(
            criterion,
            pairs.Select(p => p.Ranking).Distinct().Count(),
            pairs.Count,
            OverPrompts(pairs, p => p.Right),
            MeanNll(pairs),
            calibration.ExpectedError,
            calibration.Brier,
            OverPrompts(pairs, p => p.LongerRight),
            OverPrompts(pairs, Shorter),
            hasBag ? OverPrompts(pairs, p => p.BagRight) : null,
            hasBag ? pairs.Average(p => Nll(p.BagDifference!.Value)) : null,
            Agreement(rankings, criterion),
            best.Name,
            OverPrompts(pairs, p => p.Right - best.Right(p))
        )
        {
            ByLength = RewardSlices.ByLength(pairs),
            ByLabeler = RewardSlices.ByLabeler(pairs),
            ByPolicy = RewardSlices.ByPolicy(pairs),
        };
    }

    /// <summary>Mean -log sigmoid(better - worse), nats.</summary>
    internal static double MeanNll(IReadOnlyList<JudgedPair> pairs) => pairs.Average(p => Nll(p.Difference));

    /// <summary>Each pair seen from the one or the other side in turn, else every event would have happened.</summary>
    internal static Calibration Calibrate(IReadOnlyList<JudgedPair> pairs) =>
        Calibration.Measure(
            [.. pairs.Select((p, i) => Sigmoid(i % 2 == 0 ? p.Difference : -p.Difference))],
            [.. pairs.Select((_, i) => i % 2 == 0)],
            Bins
        );

    /// <summary>Mean of a value over pairs, with an interval over prompts.</summary>
    internal static Estimate OverPrompts(IReadOnlyList<JudgedPair> pairs, Func<JudgedPair, double> value) =>
        Estimate.Ratio([.. pairs.GroupBy(p => p.Prompt).Select(g => (g.Sum(value), (double)g.Count()))])!;

    private static double Shorter(JudgedPair pair) => 1 - pair.LongerRight;

    private static double Nll(double difference) =>
        difference > 0 ? Math.Log(1 + Math.Exp(-difference)) : Math.Log(1 + Math.Exp(difference)) - difference;

    // For each prompt that several labelers ranked: pairs of completions that two of them ordered, and how often the same way.
    private static Estimate? Agreement(IReadOnlyList<RankedPrompt> rankings, string criterion)
    {
        var prompts = rankings.Where(r => r.Labeler is not null && r.RanksByCriterion.ContainsKey(criterion)).GroupBy(r => r.PromptKey);
        return Estimate.Ratio([.. prompts.Select(Count).Where(c => c.Pairs > 0)]);

        (double Agreed, double Pairs) Count(IEnumerable<RankedPrompt> same)
        {
            var orders = same.GroupBy(r => r.Labeler)
                .Select(g => PreferencePair.Of([g.First()], criterion).Select(p => (p.Chosen, p.Rejected)).ToHashSet())
                .ToList();
            var (agreed, pairs) = (0, 0);
            for (var a = 0; a < orders.Count; a++)
            {
                for (var b = a + 1; b < orders.Count; b++)
                {
                    var yes = orders[a].Count(orders[b].Contains);
                    agreed += yes;
                    pairs += yes + orders[a].Count(p => orders[b].Contains((p.Rejected, p.Chosen)));
                }
            }
            return (agreed, pairs);
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
