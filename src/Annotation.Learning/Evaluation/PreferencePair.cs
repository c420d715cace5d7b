using Annotation.Learning.RewardModeling;

namespace Annotation.Learning.Evaluation;

/// <summary>An untied pair of a ranking on one criterion.</summary>
/// <param name="Ranking">Index of its ranking.</param>
/// <param name="ChosenIndex">Index of the better completion in its ranking.</param>
/// <param name="RejectedIndex">Index of the worse one.</param>
/// <param name="Chosen">Text of the better completion.</param>
/// <param name="Rejected">Text of the worse one.</param>
/// <param name="Weight">1 over the number of untied pairs of the ranking.</param>
public sealed record PreferencePair(int Ranking, int ChosenIndex, int RejectedIndex, string Chosen, string Rejected, double Weight)
{
    /// <summary>All untied pairs of the rankings on a criterion.</summary>
    public static IReadOnlyList<PreferencePair> Of(IReadOnlyList<RankedPrompt> rankings, string criterion)
    {
        var pairs = new List<PreferencePair>();
        for (var r = 0; r < rankings.Count; r++)
        {
            if (!rankings[r].RanksByCriterion.TryGetValue(criterion, out var ranks))
            {
                continue;
            }
            var mine = Ordered(ranks);
            pairs.AddRange(
                mine.Select(p => new PreferencePair(
                    r,
                    p.Better,
                    p.Worse,
                    rankings[r].Completions[p.Better],
                    rankings[r].Completions[p.Worse],
                    1.0 / mine.Count
                ))
            );
        }
        return pairs;
    }

    /// <summary>The untied pairs of one ranking's ranks, better first; null is not ranked.</summary>
    internal static IReadOnlyList<(int Better, int Worse)> Ordered(int?[] ranks) =>
        [
            .. from i in Enumerable.Range(0, ranks.Length)
            from j in Enumerable.Range(0, ranks.Length)
            where ranks[i] < ranks[j]
            select (Better: i, Worse: j),
        ];
}
