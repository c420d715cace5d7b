using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
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
        return new TaskView(
            task.AssignmentId,
            task.Version,
            task.LeaseUntil,
            task.Kind == LabelingTaskKind.Ranking ? "ranking" : "demonstration",
            task.ProjectName,
            task.Guideline,
            task.GuidelineVersion,
            [.. task.Prompt.Select(m => new TurnView(m.Role, m.Content, markdown.ToHtml(m.Content)))],
            [.. task.Completions.Select(c => new CompletionView(c.Id, c.Text, markdown.ToHtml(c.Text)))],
            Questions(task),
            doneToday,
            open,
            markdown.ToHtml(task.Guideline)
        );
    }

    private static IReadOnlyList<QuestionView> Questions(ClaimedTask task) =>
        task.Kind == LabelingTaskKind.Ranking
            ? [.. task.Criteria.Select(c => new QuestionView(c.Key, "ranking", c.Name, c.Guideline))]
            : [new QuestionView(TextQuestion.DemonstrationKey, "text", "Your answer", "")];
}
