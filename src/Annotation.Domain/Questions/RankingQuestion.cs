using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;

namespace Annotation.Domain.Questions;

/// <summary>Order the completions from best to worst on one criterion; equals may share a rank.</summary>
public sealed record RankingQuestion(string Key) : ComparisonQuestion(Key)
{
    /// <summary>Whether every completion must have a rank; otherwise at least two.</summary>
    public bool Complete { get; init; } = true;

    protected override string Wanted => "a ranking";

    protected override bool Takes(ComparisonAnswer answer) => answer is RankingAnswer;

    protected override string? CheckOrder(ComparisonAnswer answer, IReadOnlyList<ShownCompletion> completions)
    {
        var ranks = ((RankingAnswer)answer).Ranks;
        var missing = completions.Count - ranks.Count;
        return Complete && missing > 0
                ? $"The ranking on '{Key}' leaves out {missing} of the {completions.Count} completions; rank all of them."
            : ranks.Count < 2 ? $"The ranking on '{Key}' ranks {ranks.Count} of the completions; rank at least two."
            : ranks.Values.Any(rank => rank < 1 || rank > completions.Count)
                ? $"The ranks on '{Key}' must lie between 1 and {completions.Count}."
            : ranks.Values.Contains(1) ? null
            : $"The ranking on '{Key}' has no best completion (rank 1).";
    }

    protected override IReadOnlyDictionary<Guid, int>? Order(ComparisonAnswer answer, IReadOnlyList<Guid> completionIds) =>
        answer is RankingAnswer { Ranks: { Count: > 0 } ranks } ? Ranks.Dense(ranks) : null;
}

/// <summary>A rank for each completion: 1 = best, equal ranks are ties.</summary>
/// <param name="Ranks">Rank by completion id.</param>
public sealed record RankingAnswer(IReadOnlyDictionary<Guid, int> Ranks) : ComparisonAnswer
{
    public override IEnumerable<Guid> Named() => Ranks.Keys;
}
