using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Takes a submission back shortly after it was made: the judgement no longer counts, and the task is the labeler's again.</summary>
public sealed class UndoSubmit(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>How long after a submission it can be taken back; later it can still be corrected.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>Until when a first submission made then can be taken back.</summary>
    public static DateTimeOffset Until(DateTimeOffset submittedAt) => submittedAt + Window;

    /// <summary>
    /// Retracts the answers, reopens the task and leases it to the labeler under a new lease version. What was
    /// submitted stays as written; what was made of it is no longer live.
    /// </summary>
    public async Task<Outcome<ClaimedTask>> RunAsync(Guid assignmentId, Guid personId, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var held = await TaskLock.TakeForAsync(db, assignmentId, personId, cancellationToken);
        if (!held.Succeeded)
        {
            return held.Refusal;
        }

        var (task, assignment) = held.Value;
        if (assignment.Version != version)
        {
            return TaskLock.LeaseLost();
        }

        var at = time.Now();
        var live = await db.Answers.Where(a => a.AssignmentId == assignmentId).Live(db).ToListAsync(cancellationToken);
        if (assignment.State != AssignmentState.Submitted || live.Count == 0)
        {
            return new Refusal("nothing-to-undo", "This task is not submitted; there is nothing to undo.");
        }

        if (live.Any(a => a.SupersedesId is not null))
        {
            return new Refusal("undo-too-late", "You corrected this judgement already; correct it again instead of undoing it.");
        }

        if (at > Until(live.Max(a => a.CreatedAt)))
        {
            return new Refusal("undo-too-late", "The time to undo has passed; look the judgement up and correct it.");
        }

        db.Retractions.AddRange(
            live.Select(a => new Retraction
            {
                AnswerId = a.Id,
                PersonId = personId,
                At = at,
            })
        );
        assignment.State = AssignmentState.Active;
        assignment.EndedAt = null;
        // A submit that another tab still has on its way must not count again.
        assignment.Version++;
        assignment.LeaseUntil = at + LeaseSettings.Duration;
        task.TakePlace();
        task.TakeBackJudgement();
        await db.SaveChangesAsync(cancellationToken);
        await using var batch = db.CreateBatch();
        var claimed = await ClaimedTask.ReadAsync(batch, assignment.Id, at, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return claimed;
    }
}
