using Annotation.Domain.Projects;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>What formats of pairs can say about a ranking.</summary>
internal static class RankingPairs
{
    /// <summary>
    /// All pairs of a ranking on the overall criterion, the better first; ties give none. Other criteria give none
    /// either: a pair has no field to say which it is about, and criteria may contradict each other.
    /// </summary>
    public static IEnumerable<(RankedCompletion Chosen, RankedCompletion Rejected)> Of(RankingContent ranking) =>
        ranking.Criterion != Criterion.Overall
            ? []
            : from chosen in ranking.Items
            from rejected in ranking.Items
            where chosen.Rank < rejected.Rank
            select (chosen, rejected);
}
