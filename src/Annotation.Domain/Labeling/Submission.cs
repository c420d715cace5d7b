using Annotation.Domain.Questions;

namespace Annotation.Domain.Labeling;

/// <summary>A labeler's answers to one task.</summary>
/// <param name="AssignmentId">The assignment.</param>
/// <param name="PersonId">Whose it is.</param>
/// <param name="Version">The lease's version they were made under.</param>
/// <param name="SubmissionKey">Made once per submission; the same on every retry.</param>
/// <param name="Answers">By question key: one per criterion, or <c>demonstration</c>.</param>
/// <param name="ActiveMilliseconds">How long the labeler worked on it.</param>
/// <param name="Measurements">How the labeler worked on it.</param>
public sealed record Submission(
    Guid AssignmentId,
    Guid PersonId,
    int Version,
    Guid SubmissionKey,
    IReadOnlyDictionary<string, AnswerValue> Answers,
    int? ActiveMilliseconds = null,
    Measurements? Measurements = null
)
{
    /// <summary>Why these are no answers to a task's questions; null when they are.</summary>
    internal Refusal? Check(IReadOnlyList<Question> questions, IReadOnlyList<ShownCompletion> completions)
    {
        if (ActiveMilliseconds < 0)
        {
            return new Refusal("invalid-answer", "The active time cannot be negative.");
        }

        if (Measurements?.Check() is { } impossible)
        {
            return new Refusal("invalid-answer", impossible);
        }

        if (Answers.Keys.FirstOrDefault(key => questions.All(q => q.Key != key)) is { } unknown)
        {
            return new Refusal("invalid-answer", $"This task does not ask the question '{unknown}'.");
        }

        if (Answers.Count == 0)
        {
            return new Refusal("invalid-answer", "Nothing is answered yet.");
        }

        foreach (var question in questions)
        {
            var problem =
                Answers.TryGetValue(question.Key, out var answer) ? question.Check(answer, completions)
                : question.Required ? $"The question '{question.Key}' is not answered."
                : null;
            if (problem is not null)
            {
                return new Refusal("invalid-answer", problem);
            }
        }

        return null;
    }
}
