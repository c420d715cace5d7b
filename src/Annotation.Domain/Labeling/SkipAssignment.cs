using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Gives a task back, so that others can have it; whether the person is asked again, the project says.</summary>
public sealed class SkipAssignment(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Ends the assignment with a reason and returns its id. Skipping twice is the same as once.</summary>
    public async Task<Outcome<Guid>> RunAsync(
        Guid assignmentId,
        Guid personId,
        int version,
        string reason,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 2000 || !PromptText.IsStorable(reason))
        {
            return new Refusal("missing-reason", "Say in at most 2000 characters why you skip the task.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var held = await TaskLock.TakeForAsync(db, assignmentId, personId, cancellationToken);
        if (!held.Succeeded)
        {
            return held.Refusal;
        }

        var assignment = held.Value.Assignment;
        if (assignment.State == AssignmentState.Skipped)
        {
            return assignment.Id;
        }

        if (assignment.Version != version || assignment.State is not (AssignmentState.Active or AssignmentState.Expired))
        {
            return TaskLock.LeaseLost();
        }

        if (assignment.State == AssignmentState.Active)
        {
            held.Value.Task.GivePlaceBack();
        }

        assignment.State = AssignmentState.Skipped;
        assignment.SkipReason = reason;
        assignment.EndedAt = time.Now();
        await db.SaveChangesAsync(cancellationToken);
        await Reservation.EndIfShortAsync(db, assignment.TaskId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return assignment.Id;
    }
}
