using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Dialogues;

/// <summary>Asks labelers to go on with conversations: one person writes both sides, or two people take a side each.</summary>
public sealed class CreateDialogueTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Makes a task for up to so many of the project's prompts that have none, the oldest first, and returns how many
    /// that were. Prompts that came out of a dialogue are left alone.
    /// </summary>
    public async Task<Outcome<int>> RunAsync(
        Guid projectId,
        int promptCount,
        bool twoSided,
        Guid? createdBy,
        CancellationToken cancellationToken
    )
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
                && p.Source != DialogueTurns.PromptSource
                && !db.LabelingTasks.Any(t => t.PromptId == p.Id && t.Kind == LabelingTaskKind.Dialogue)
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
                Kind = LabelingTaskKind.Dialogue,
                TwoSided = twoSided,
                // A side each: both say in the end that the dialogue is over.
                JudgementsWanted = twoSided ? 2 : 1,
                CreatedAt = at,
            })
        );
        db.Audit(
            at,
            createdBy,
            "tasks.created",
            project.Name,
            new
            {
                kind = "dialogue",
                count = prompts.Count,
                twoSided,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return prompts.Count;
    }
}
