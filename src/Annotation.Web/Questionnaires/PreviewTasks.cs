using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Web.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Questionnaires;

/// <summary>Tasks to show questions on before anybody is asked them; nothing is handed out.</summary>
internal sealed class PreviewTasks(IDbContextFactory<AnnotationDbContext> contexts, TaskViews views)
{
    /// <summary>A task of the project, the newest first; a made-up one when there is none of the kind.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="kind">What the task is for.</param>
    /// <param name="skip">How many to pass over; after the last comes the first.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<PreviewTask> FindAsync(Guid projectId, LabelingTaskKind kind, int skip, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Projects.AsNoTracking().Include(p => p.Criteria).SingleAsync(p => p.Id == projectId, cancellationToken);
        var tasks = db.LabelingTasks.AsNoTracking().Where(t => t.ProjectId == projectId && t.Kind == kind);
        var count = await tasks.CountAsync(cancellationToken);
        var task =
            count == 0
                ? null
                : await tasks
                    .Include(t => t.Completions)
                    .OrderByDescending(t => t.CreatedAt)
                    .ThenByDescending(t => t.Id)
                    .Skip(skip % count)
                    .FirstOrDefaultAsync(cancellationToken);
        var prompt = task is null ? null : await db.Prompts.AsNoTracking().SingleAsync(p => p.Id == task.PromptId, cancellationToken);
        var ids = task?.Completions.Select(c => c.CompletionId).ToList() ?? [];
        var completions = await db
            .Completions.Where(c => ids.Contains(c.Id))
            .OrderBy(c => c.Id)
            .Select(c => new ShownCompletion(c.Id, c.Text))
            .ToListAsync(cancellationToken);
        return new PreviewTask(
            new ClaimedTask(
                AssignmentId: Guid.Empty,
                Version: 1,
                LeaseUntil: DateTimeOffset.MaxValue,
                TaskId: task?.Id ?? Guid.Empty,
                kind,
                project.Id,
                project.Name,
                project.Guideline,
                project.GuidelineVersion,
                prompt?.Messages ?? PromptMessage.FromUser("Why is the sky blue?"),
                task is null && kind == LabelingTaskKind.Ranking ? MadeUp : completions,
                Criteria: [],
                Questions: [],
                project.QuestionnaireVersion,
                project.ContentWarning,
                prompt?.ContentFlags ?? [],
                prompt?.Language
            )
            {
                Progress = new LabelerProgress(DoneToday: 0, OpenTaskCount: count, SeenGuidelineVersion: null),
            },
            Real: task is not null
        );
    }

    /// <summary>The task with these questions, as the labelers' page shows it.</summary>
    public TaskView Show(PreviewTask task, IReadOnlyList<Question> questions)
    {
        var asked = Questionnaire.For(questions, task.Task.Kind, task.Task.Completions.Count);
        return views.Create(task.Task with { Questions = asked }) with
        {
            Dialogue = task.Task.Kind == LabelingTaskKind.Dialogue ? new DialogueView("both", [], YourTurn: true, Finished: false) : null,
        };
    }

    private static IReadOnlyList<ShownCompletion> MadeUp =>
        [
            new(new Guid(1, 0, 0, new byte[8]), "Air scatters blue light more than red light."),
            new(new Guid(2, 0, 0, new byte[8]), "Because the sea is mirrored in it."),
            new(new Guid(3, 0, 0, new byte[8]), "It just is."),
        ];
}

/// <summary>A task to show questions on.</summary>
/// <param name="Task">As a labeler would get it, without questions.</param>
/// <param name="Real">False when it is made up.</param>
internal sealed record PreviewTask(ClaimedTask Task, bool Real);
