using Annotation.Domain.Preferences.Formats;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>A row of a file on its way into the database.</summary>
/// <param name="Id">Of the ranking, if it ranks.</param>
/// <param name="PromptId">Of its prompt.</param>
/// <param name="Row">As read.</param>
/// <param name="Hash">Of its content.</param>
internal sealed record PlacedRanking(Guid Id, Guid PromptId, ReadRanking Row, byte[] Hash)
{
    /// <summary>Id of the row's answer, if it has one.</summary>
    public Guid? AnswerId { get; } = Row.Answer is null ? null : Guid.CreateVersion7();

    /// <summary>The row's answer about stored completions.</summary>
    public ImportedAnswer ToAnswer(ImportRequest request, Dictionary<CompletionKey, Guid> completionIds, DateTimeOffset at)
    {
        var answer = Row.Answer!;
        var ids = answer.Completions.ToDictionary(c => c.Key, c => completionIds[CompletionKey.Of(PromptId, c.Value)]);
        var inOrder = answer.Completions.OrderBy(c => c.Value.ShownPosition ?? int.MaxValue).ToList();
        return new ImportedAnswer
        {
            Id = AnswerId!.Value,
            ProjectId = request.ProjectId,
            PromptId = PromptId,
            CompletionIds = [.. inOrder.Select(c => ids[c.Key])],
            ShownCount = inOrder.Count(c => c.Value.ShownPosition is not null),
            Question = answer.Question,
            Value = AnswerJson.Rename(answer.Value, id => ids[id]),
            LabelerName = Row.Content.LabelerName,
            JudgedAt = Row.Content.JudgedAt,
            ActiveMilliseconds = Row.ActiveMilliseconds,
            GuidelineVersion = answer.GuidelineVersion,
            QuestionnaireVersion = answer.QuestionnaireVersion,
            Submission = answer.Submission,
            Subject = answer.Replaceable ? answer.SubjectHash(Row.Content) : null,
            Source = Row.Source ?? request.Source,
            ContentHash = Hash,
            CreatedAt = at,
        };
    }
}
