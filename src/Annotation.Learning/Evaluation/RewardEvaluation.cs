using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;

namespace Annotation.Learning.Evaluation;

/// <summary>Scores of completions of one prompt; differences are log-odds of being preferred.</summary>
public delegate IReadOnlyList<double> ScoreCompletions(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions);

/// <summary>How well scores predict rankings on one criterion, beside baselines on the same pairs.</summary>
/// <param name="Criterion">What was ranked.</param>
/// <param name="Rankings">Rankings with an untied pair.</param>
/// <param name="Pairs">Untied pairs.</param>
/// <param name="Accuracy">Share of pairs whose better completion scores higher; equal scores count half.</param>
/// <param name="Nll">Mean -log sigmoid(better - worse) in nats; log 2 = 0.693 for a coin.</param>
/// <param name="CalibrationError">ECE of sigmoid(difference), 10 bins.</param>
/// <param name="LongerWins">Accuracy of preferring the longer completion.</param>
/// <param name="BagOfWords">Accuracy of words and log length fitted on the training rankings; null without any.</param>
/// <param name="LabelerAgreement">Share of pairs on which two labelers who both ordered it agree; null when no prompt was ranked twice.</param>
public sealed record RewardReport(
    string Criterion,
    int Rankings,
    int Pairs,
    Estimate Accuracy,
    double Nll,
    double CalibrationError,
    Estimate LongerWins,
    Estimate? BagOfWords,
    Estimate? LabelerAgreement
);

/// <summary>Measures a reward model on held-out rankings.</summary>
public static class RewardEvaluation
{
    private const int Bins = 10;

    /// <summary>
    /// The report of one criterion, or null when the test rankings hold no untied pair of it. Intervals are over rankings; split
    /// train and test by prompt, never by pair.
    /// </summary>
    public static RewardReport? Measure(
        string criterion,
        ScoreCompletions score,
        IReadOnlyList<RankedPrompt> test,
        IReadOnlyList<RankedPrompt> train,
        CancellationToken ct = default
    )
    {
        var pairs = PreferencePair.Of(test, criterion);
        if (pairs.Count == 0)
        {
            return null;
        }
        var differences = new List<double>(pairs.Count);
        foreach (var ranking in pairs.GroupBy(p => p.Ranking))
        {
            ct.ThrowIfCancellationRequested();
            var scores = score(test[ranking.Key].Prompt, test[ranking.Key].Completions);
            differences.AddRange(ranking.Select(p => scores[p.ChosenIndex] - scores[p.RejectedIndex]));
        }
        // A pair seen from a random side, else every event would have happened.
        var flipped = differences.Select((d, i) => i % 2 == 0 ? d : -d).ToList();
        var calibration = Calibration.Measure([.. flipped.Select(Sigmoid)], [.. flipped.Select((_, i) => i % 2 == 0)], Bins);
        var trainPairs = PreferencePair.Of(train, criterion);
        var bag = trainPairs.Count > 0 ? Evaluation.BagOfWords.Fit(trainPairs) : null;
        return new(
            criterion,
            pairs.Select(p => p.Ranking).Distinct().Count(),
            pairs.Count,
            Accuracy(pairs, differences)!,
            differences.Average(d => d > 0 ? Math.Log(1 + Math.Exp(-d)) : Math.Log(1 + Math.Exp(d)) - d),
            calibration.ExpectedError,
            Accuracy(pairs, [.. pairs.Select(p => (double)(p.Chosen.Length - p.Rejected.Length))])!,
            bag is null ? null : Accuracy(pairs, [.. pairs.Select(p => bag.Score(p.Chosen) - bag.Score(p.Rejected))]),
            Agreement(test, criterion)
        );
    }

    private static Estimate? Accuracy(IReadOnlyList<PreferencePair> pairs, IReadOnlyList<double> differences) =>
        Estimate.Ratio([
            .. pairs
                .Zip(differences)
                .GroupBy(p => p.First.Ranking)
                .Select(g => (g.Sum(p => (Math.Sign(p.Second) + 1) / 2.0), (double)g.Count())),
        ]);

    // For each prompt that several labelers ranked: pairs of completions that two of them ordered, and how often the same way.
    private static Estimate? Agreement(IReadOnlyList<RankedPrompt> rankings, string criterion)
    {
        var prompts = rankings
            .Where(r => r.Labeler is not null && r.RanksByCriterion.ContainsKey(criterion))
            .GroupBy(r => string.Join('\u0001', r.Prompt.Select(m => m.Role + '\u0002' + m.Content)));
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
