using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Makes of a claimed task what the labelers' page shows.</summary>
internal sealed class TaskViews(IDbContextFactory<AnnotationDbContext> contexts, SafeMarkdown markdown, TimeProvider time)
{
    /// <summary>The task with safe HTML and the person's progress in its project.</summary>
    public async Task<TaskView> CreateAsync(ClaimedTask task, Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var doneToday = await db.Assignments.CountAsync(
            a =>
                a.PersonId == personId
                && a.State == AssignmentState.Submitted
                && a.EndedAt >= today
                && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == task.ProjectId),
            cancellationToken
        );
        var open = await db.LabelingTasks.CountAsync(
            t =>
                t.ProjectId == task.ProjectId
                && t.ClosedAt == null
                && !db.Assignments.Any(a =>
                    a.TaskId == t.Id
                    && a.PersonId == personId
                    && (a.State == AssignmentState.Submitted || a.State == AssignmentState.Skipped)
                ),
            cancellationToken
        );
        var seen = await db
            .GuidelineVisits.Where(v => v.PersonId == personId && v.ProjectId == task.ProjectId)
            .Select(v => (int?)v.Version)
            .SingleOrDefaultAsync(cancellationToken);
        return new TaskView(
            task.AssignmentId,
            task.Version,
            task.LeaseUntil,
            EnumWord(task.Kind),
            task.ProjectName,
            task.Guideline,
            task.GuidelineVersion,
            [.. task.Prompt.Select(m => new TurnView(m.Role, m.Content, markdown.ToHtml(m.Content)))],
            [.. task.Completions.Select(c => new CompletionView(c.Id, c.Text, markdown.ToHtml(c.Text)))],
            [.. task.Questions.Select(q => q.ToWire() with { GuidelineHtml = markdown.ToHtml(q.Guideline) })],
            doneToday,
            open,
            markdown.ToHtml(task.Guideline)
        )
        {
            QuestionnaireVersion = task.QuestionnaireVersion,
            SeenGuidelineVersion = seen,
            ContentWarningHtml = task.ContentWarning.Length > 0 ? markdown.ToHtml(task.ContentWarning) : "",
            ContentFlags = task.ContentFlags,
            Language = task.Language,
            Draft = task.Draft is { } draft ? new DraftView(draft.Revision, draft.Read(), draft.SavedAt) : null,
            Answers = task.Answers?.ToDictionary(a => a.Key, a => a.Value.ToWire()),
            SubmittedAt = task.SubmittedAt,
            UndoUntil = task.UndoUntil,
        };
    }

    private static string EnumWord(LabelingTaskKind kind) => kind.ToString().ToLowerInvariant();
}
