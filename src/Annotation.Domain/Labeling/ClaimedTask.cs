using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
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
    IReadOnlyList<Criterion> Criteria
)
{
    /// <summary>Reads what an assignment shows.</summary>
    internal static async Task<ClaimedTask> ReadAsync(AnnotationDbContext db, Assignment assignment, CancellationToken cancellationToken)
    {
        var task = await db.LabelingTasks.AsNoTracking().SingleAsync(t => t.Id == assignment.TaskId, cancellationToken);
        var project = await db.Projects.AsNoTracking().Include(p => p.Criteria).SingleAsync(p => p.Id == task.ProjectId, cancellationToken);
        var prompt = await db.Prompts.AsNoTracking().SingleAsync(p => p.Id == task.PromptId, cancellationToken);
        var texts = await db
            .Completions.Where(c => assignment.ShownOrder.Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, c => c.Text, cancellationToken);
        return new ClaimedTask(
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
                : []
        );
    }
}

/// <summary>A completion to judge.</summary>
public sealed record ShownCompletion(Guid Id, string Text);
