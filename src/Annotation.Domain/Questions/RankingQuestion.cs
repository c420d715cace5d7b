using Annotation.Domain.Preferences;

namespace Annotation.Domain.Questions;

/// <summary>Order the completions from best to worst on one criterion; equals may share a rank.</summary>
/// <param name="CriterionKey">The criterion of the project.</param>
public sealed record RankingQuestion(string CriterionKey) : Question(CriterionKey)
{
    public override string? Check(AnswerValue answer, IReadOnlyList<Guid> completionIds)
    {
        if (answer is not RankingAnswer ranking)
        {
            return $"The question '{Key}' asks for a ranking.";
        }

        if (ranking.Ranks.Keys.FirstOrDefault(id => !completionIds.Contains(id)) is var unknown && unknown != default)
        {
            return $"Completion {unknown} does not belong to this task.";
        }

        var missing = completionIds.Count(id => !ranking.Ranks.ContainsKey(id));
        if (missing > 0)
        {
            return $"The ranking on '{Key}' leaves out {missing} of the {completionIds.Count} completions; rank all of them.";
        }

        if (ranking.Ranks.Values.Any(rank => rank < 1 || rank > completionIds.Count))
        {
            return $"The ranks on '{Key}' must lie between 1 and {completionIds.Count}.";
        }

        return ranking.Ranks.Values.Contains(1) ? null : $"The ranking on '{Key}' has no best completion (rank 1).";
    }

    public override IReadOnlyDictionary<Guid, int> Rank(AnswerValue answer) => Ranks.Dense(((RankingAnswer)answer).Ranks);
}

/// <summary>A rank for each completion: 1 = best, equal ranks are ties.</summary>
/// <param name="Ranks">Rank by completion id.</param>
public sealed record RankingAnswer(IReadOnlyDictionary<Guid, int> Ranks) : AnswerValue;
