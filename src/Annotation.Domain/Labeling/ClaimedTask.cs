using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Everything a labeler needs for one task. Who wrote the completions is not told.</summary>
/// <param name="AssignmentId">To submit, renew or skip by.</param>
/// <param name="Version">The lease's version, named in the same calls.</param>
/// <param name="LeaseUntil">When the task goes to somebody else unless renewed.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Kind">Rank or write.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="ProjectName">Its name.</param>
/// <param name="Guideline">Its guideline (markdown).</param>
/// <param name="GuidelineVersion">Version of the guideline.</param>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="Completions">In the order to show, top first; empty for a demonstration.</param>
/// <param name="Criteria">The criteria to rank on, in order; empty for a demonstration.</param>
/// <param name="Questions">What is asked, in order.</param>
/// <param name="QuestionnaireVersion">The questionnaire that they are from.</param>
/// <param name="ContentWarning">What the project warns of (markdown).</param>
/// <param name="ContentFlags">Sensitive categories of the prompt.</param>
/// <param name="Language">Language of the prompt, when known.</param>
public sealed record ClaimedTask(
    Guid AssignmentId,
    int Version,
    DateTimeOffset LeaseUntil,
    Guid TaskId,
    LabelingTaskKind Kind,
    Guid ProjectId,
    string ProjectName,
    string Guideline,
    int GuidelineVersion,
    IReadOnlyList<PromptMessage> Prompt,
    IReadOnlyList<ShownCompletion> Completions,
    IReadOnlyList<Criterion> Criteria,
    IReadOnlyList<Question> Questions,
    int QuestionnaireVersion,
    string ContentWarning,
    IReadOnlyList<string> ContentFlags,
    string? Language
)
{
    /// <summary>What the labeler has so far; null: nothing.</summary>
    public Draft? Draft { get; init; }

    /// <summary>The labeler's live answers by question; null before the first submission.</summary>
    public IReadOnlyDictionary<string, AnswerValue>? Answers { get; init; }

    /// <summary>When the labeler last submitted or corrected it; null while it is not submitted.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Until when the submission can be taken back; null: not, or not any more.</summary>
    public DateTimeOffset? UndoUntil { get; init; }

    /// <summary>Reads what an assignment shows.</summary>
    internal static async Task<ClaimedTask> ReadAsync(AnnotationDbContext db, Assignment assignment, CancellationToken cancellationToken)
    {
        var task = await db.LabelingTasks.AsNoTracking().SingleAsync(t => t.Id == assignment.TaskId, cancellationToken);
        var project = await db.Projects.AsNoTracking().Include(p => p.Criteria).SingleAsync(p => p.Id == task.ProjectId, cancellationToken);
        var prompt = await db.Prompts.AsNoTracking().SingleAsync(p => p.Id == task.PromptId, cancellationToken);
        var texts = await db
            .Completions.Where(c => assignment.ShownOrder.Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, c => c.Text, cancellationToken);
        var claimed = new ClaimedTask(
            assignment.Id,
            assignment.Version,
            assignment.LeaseUntil,
            task.Id,
            task.Kind,
            project.Id,
            project.Name,
            project.Guideline,
            assignment.GuidelineVersion,
            prompt.Messages,
            [.. assignment.ShownOrder.Select(id => new ShownCompletion(id, texts[id]))],
            task.Kind == LabelingTaskKind.Ranking
                ? [.. project.Criteria.Where(c => c.CreatedAt <= assignment.ClaimedAt).OrderBy(c => c.Position)]
                : [],
            await AskedQuestions.ReadAsync(db, task, assignment, project.Criteria, cancellationToken),
            assignment.QuestionnaireVersion,
            project.ContentWarning,
            prompt.ContentFlags,
            prompt.Language
        )
        {
            Draft = await db.Drafts.AsNoTracking().SingleOrDefaultAsync(d => d.AssignmentId == assignment.Id, cancellationToken),
        };
        // Only an assignment that was submitted, now or before an undo, has answers to bring back.
        return assignment.State == AssignmentState.Submitted || assignment.Version > 1
            ? await claimed.WithAnswersAsync(db, assignment, cancellationToken)
            : claimed;
    }

    private async Task<ClaimedTask> WithAnswersAsync(AnnotationDbContext db, Assignment assignment, CancellationToken cancellationToken)
    {
        var all = await db.Answers.AsNoTracking().Where(a => a.AssignmentId == assignment.Id).ToListAsync(cancellationToken);
        if (all.Count == 0)
        {
            return this;
        }

        var last = all.MaxBy(a => a.CreatedAt)!;
        var submitted = assignment.State == AssignmentState.Submitted;
        return this with
        {
            Answers = all.Where(a => a.SubmissionKey == last.SubmissionKey).ToDictionary(a => a.QuestionKey, a => a.Value),
            SubmittedAt = submitted ? last.CreatedAt : null,
            UndoUntil = submitted && all.All(a => a.SupersedesId is null) ? UndoSubmit.Until(last.CreatedAt) : null,
        };
    }
}

/// <summary>A completion to judge.</summary>
public sealed record ShownCompletion(Guid Id, string Text);
