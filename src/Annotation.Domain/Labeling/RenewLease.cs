using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Keeps a task with the person who is working on it.</summary>
public sealed class RenewLease(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Prolongs the lease, also one that ran out while nobody else took the task, and returns its new end.</summary>
    public async Task<Outcome<RenewedLease>> RunAsync(Guid assignmentId, Guid personId, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var held = await TaskLock.TakeForAsync(db, assignmentId, personId, cancellationToken);
        if (!held.Succeeded)
        {
            return held.Refusal;
        }

        var assignment = held.Value.Assignment;
        if (assignment.Version != version || !held.Value.CanHold())
        {
            return TaskLock.LeaseLost();
        }

        held.Value.Hold();
        assignment.LeaseUntil = time.Now() + LeaseSettings.Duration;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RenewedLease(assignment.Version, assignment.LeaseUntil);
    }
}

/// <summary>A lease after its renewal.</summary>
public sealed record RenewedLease(int Version, DateTimeOffset LeaseUntil);
