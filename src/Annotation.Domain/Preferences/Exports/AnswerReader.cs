using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Reads answers, given here or imported, as files hold them.</summary>
internal sealed class AnswerReader(AnnotationDbContext db, Guid projectId)
{
    /// <summary>Answers given here by id, each with the key of its submission.</summary>
    public async Task<List<StoredAnswer>> ReadAsync(IQueryable<Answer> answers, CancellationToken cancellationToken)
    {
        var rows = await (
            from answer in answers.AsNoTracking()
            join assignment in db.Assignments on answer.AssignmentId equals assignment.Id
            join task in db.LabelingTasks on answer.TaskId equals task.Id
            join person in db.People on answer.PersonId equals person.Id
            select new
            {
                Answer = answer,
                assignment.ShownOrder,
                task.PromptId,
                person.UserName,
            }
        ).ToListAsync(cancellationToken);
        var versions = rows.Select(r => r.Answer.QuestionnaireVersion).Distinct().ToList();
        var questions = await db
            .Questionnaires.AsNoTracking()
            .Where(q => q.ProjectId == projectId && versions.Contains(q.Version))
            .ToDictionaryAsync(q => q.Version, q => q.Questions, cancellationToken);
        var completions = await CompletionsAsync(rows.SelectMany(r => r.ShownOrder), cancellationToken);
        return rows.ConvertAll(r => new StoredAnswer(
            r.Answer.Id,
            r.PromptId,
            r.UserName,
            r.Answer.CreatedAt,
            r.Answer.ActiveMilliseconds,
            "answer",
            new ReadAnswer(
                QuestionOf(r.Answer, questions),
                r.Answer.Value,
                r.ShownOrder.Index().ToDictionary(c => c.Item, c => Shown(completions[c.Item], c.Index))
            )
            {
                GuidelineVersion = r.Answer.GuidelineVersion,
                QuestionnaireVersion = r.Answer.QuestionnaireVersion,
                Submission = r.Answer.SubmissionKey.ToString(),
            }
        ));
    }

    /// <summary>Imported answers by id.</summary>
    public async Task<List<StoredAnswer>> ReadAsync(IQueryable<ImportedAnswer> answers, CancellationToken cancellationToken)
    {
        var rows = await answers.AsNoTracking().ToListAsync(cancellationToken);
        var completions = await CompletionsAsync(rows.SelectMany(r => r.CompletionIds), cancellationToken);
        return rows.ConvertAll(r => new StoredAnswer(
            r.Id,
            r.PromptId,
            r.LabelerName,
            r.JudgedAt,
            r.ActiveMilliseconds,
            r.Source,
            new ReadAnswer(
                r.Question,
                r.Value,
                r.CompletionIds.Index().ToDictionary(c => c.Item, c => Shown(completions[c.Item], c.Index < r.ShownCount ? c.Index : null))
            )
            {
                GuidelineVersion = r.GuidelineVersion,
                QuestionnaireVersion = r.QuestionnaireVersion,
                Submission = r.Submission,
            }
        ));
    }

    private async Task<Dictionary<Guid, Completion>> CompletionsAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.Distinct().ToList();
        return await db.Completions.AsNoTracking().Where(c => wanted.Contains(c.Id)).ToDictionaryAsync(c => c.Id, cancellationToken);
    }

    /// <summary>
    /// The question that was asked. Version 0 is made of the criteria and asks for rankings; so does a question that a
    /// questionnaire has none of, because something must be asked.
    /// </summary>
    private static Question QuestionOf(Answer answer, Dictionary<int, IReadOnlyList<Question>> questions) =>
        questions.GetValueOrDefault(answer.QuestionnaireVersion)?.FirstOrDefault(q => q.Key == answer.QuestionKey)
        ?? new RankingQuestion(answer.QuestionKey);

    private static RankedCompletion Shown(Completion completion, int? position) =>
        new(completion.Text, Rank: 0, position, completion.ModelName, completion.SamplingSettings, completion.Seed);
}

/// <summary>An answer with what its row says beside it.</summary>
/// <param name="Id">Of the row.</param>
/// <param name="PromptId">Of the prompt.</param>
/// <param name="Labeler">Who; null when unknown.</param>
/// <param name="At">When; null when unknown.</param>
/// <param name="ActiveMilliseconds">How long.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Answer">What was asked and answered.</param>
internal sealed record StoredAnswer(
    Guid Id,
    Guid PromptId,
    string? Labeler,
    DateTimeOffset? At,
    int? ActiveMilliseconds,
    string Source,
    ReadAnswer Answer
)
{
    /// <summary>The row of an answer that ranks nothing.</summary>
    public ReadRanking ToRow(IReadOnlyList<PromptMessage> prompt) =>
        new(new RankingContent(prompt, Projects.Criterion.Overall, [], Labeler, At), Source, ActiveMilliseconds) { Answer = Answer };
}
