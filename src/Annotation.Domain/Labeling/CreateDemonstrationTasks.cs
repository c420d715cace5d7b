using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Asks labelers to write completions for prompts.</summary>
public sealed class CreateDemonstrationTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Makes a task for up to so many of the project's prompts that have neither a demonstration nor a task for one,
    /// the oldest first, and returns how many that were.
    /// </summary>
    public async Task<Outcome<int>> RunAsync(Guid projectId, int promptCount, Guid? createdBy, CancellationToken cancellationToken)
    {
        if (promptCount < 1)
        {
            return new Refusal("invalid-count", "Ask for at least one prompt.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await Projects.ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var prompts = await db
            .Prompts.Where(p =>
                p.ProjectId == projectId
                && !db.Demonstrations.Any(d => d.PromptId == p.Id)
                && !db.LabelingTasks.Any(t => t.PromptId == p.Id && t.Kind == LabelingTaskKind.Demonstration)
            )
            .OrderBy(p => p.Id)
            .Select(p => p.Id)
            .Take(promptCount)
            .ToListAsync(cancellationToken);
        var at = time.Now();
        db.LabelingTasks.AddRange(
            prompts.Select(id => new LabelingTask
            {
                ProjectId = projectId,
                PromptId = id,
                Kind = LabelingTaskKind.Demonstration,
                // Several people writing for one prompt would not be repeated judgements of one thing.
                JudgementsWanted = 1,
                CreatedAt = at,
            })
        );
        db.Audit(at, createdBy, "tasks.created", project.Name, new { kind = "demonstration", count = prompts.Count });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return prompts.Count;
    }
}
