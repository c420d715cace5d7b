using Annotation.Client.Contracts;
using Annotation.Domain.Labeling;

namespace Annotation.Web.Labeling;

/// <summary>Makes of a claimed task what the labelers' page shows.</summary>
internal sealed class TaskViews(SafeMarkdown markdown)
{
    /// <summary>The task with safe HTML and the person's progress in its project.</summary>
    public TaskView Create(ClaimedTask task)
    {
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
            Draft = task.Draft is { } draft ? new DraftView(draft.Revision, draft.Read(), draft.SavedAt) : null,
            Answers = task.Answers?.ToDictionary(a => a.Key, a => a.Value.ToWire()),
            SubmittedAt = task.SubmittedAt,
            UndoUntil = task.UndoUntil,
        };
    }

    private static string EnumWord(LabelingTaskKind kind) => kind.ToString().ToLowerInvariant();
}
