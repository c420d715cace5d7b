using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>What is asked about the completions of one prompt.</summary>
/// <param name="Key">Identifies the question within its task; a ranking question's key is its criterion's.</param>
public abstract record Question(string Key)
{
    /// <summary>Says in one sentence what is wrong with an answer, or null when it is acceptable.</summary>
    /// <param name="answer">The answer as it came in.</param>
    /// <param name="completionIds">The completions that were to be judged.</param>
    public abstract string? Check(AnswerValue answer, IReadOnlyList<Guid> completionIds);

    /// <summary>
    /// The answer as ranks by completion (1 = best, ties share a rank, no rank left out), or null when this kind of
    /// answer orders nothing. Only called with an answer that passed <see cref="Check"/>.
    /// </summary>
    public abstract IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer);

    /// <summary>The questions that a task of this kind asks in a project with these criteria.</summary>
    public static IReadOnlyList<Question> For(LabelingTaskKind kind, IEnumerable<string> criteria) =>
        kind switch
        {
            LabelingTaskKind.Ranking => [.. criteria.Select(key => new RankingQuestion(key))],
            LabelingTaskKind.Demonstration => [new TextQuestion()],
        };
}
