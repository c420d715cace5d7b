using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Makes of a claimed task what the labelers' page shows.</summary>
internal sealed class TaskViews(IDbContextFactory<AnnotationDbContext> contexts, SafeMarkdown markdown)
{
    /// <summary>The task with safe HTML and the person's progress in its project; a dialogue with its turns.</summary>
    public async Task<TaskView> CreateAsync(ClaimedTask task, Guid personId, CancellationToken cancellationToken)
    {
        if (task.Kind != LabelingTaskKind.Dialogue)
        {
            return Create(task);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var dialogue = await SeenDialogue.ReadAsync(db, task.AssignmentId, cancellationToken);
        return Create(task) with { Dialogue = ToView(dialogue, personId) };
    }

    /// <summary>The same without the turns of a dialogue, which only an assignment has.</summary>
    public TaskView Create(ClaimedTask task) =>
        new(
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
            task.Progress.DoneToday,
            task.Progress.OpenTaskCount,
            markdown.ToHtml(task.Guideline)
        )
        {
            QuestionnaireVersion = task.QuestionnaireVersion,
            SeenGuidelineVersion = task.Progress.SeenGuidelineVersion,
            ContentWarningHtml = task.ContentWarning.Length > 0 ? markdown.ToHtml(task.ContentWarning) : "",
            ContentFlags = task.ContentFlags,
            Language = task.Language,
            CompletionsWanted = task.CompletionsWanted,
            Draft = task.Draft is { } draft ? new DraftView(draft.Revision, draft.Read(), draft.SavedAt) : null,
            Answers = task.Answers?.ToDictionary(a => a.Key, a => a.Value.ToWire()),
            SubmittedAt = task.SubmittedAt,
            UndoUntil = task.UndoUntil,
        };

    private DialogueView ToView(SeenDialogue dialogue, Guid personId) =>
        new(
            dialogue.Seat.ToString().ToLowerInvariant(),
            [
                .. dialogue.Turns.Select(
                    (t, i) =>
                        new DialogueTurnView(
                            i,
                            t.Role,
                            t.Text,
                            markdown.ToHtml(t.Text),
                            t.PersonId == personId,
                            t.Origin.ToString().ToLowerInvariant()
                        )
                ),
            ],
            dialogue.YourTurn,
            dialogue.Finished
        );

    private static string EnumWord(LabelingTaskKind kind) => kind.ToString().ToLowerInvariant();
}
