using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>A person's change to a run: under the run's lock, audited, refused when the run's state has no room for it.</summary>
internal static class RunChange
{
    /// <summary>Locks the run, lets the change be made, and stores it.</summary>
    /// <param name="contexts">The database.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="runId">Which run.</param>
    /// <param name="action">Name of the audit event.</param>
    /// <param name="changedBy">Who does it; null for the program itself.</param>
    /// <param name="change">Changes the run, or says why not.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<Outcome<Run>> ApplyAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        Guid runId,
        string action,
        Guid? changedBy,
        Func<AnnotationDbContext, Run, DateTimeOffset, Task<Refusal?>> change,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Workers write to the row as well; what is read after the lock is what it is.
        await db.Database.ExecuteSqlAsync($"select 1 from runs where id = {runId} for no key update", cancellationToken);
        if (await db.Runs.SingleOrDefaultAsync(r => r.Id == runId, cancellationToken) is not { } run)
        {
            return new Refusal("unknown-run", $"There is no run {runId}.");
        }

        var at = time.Now();
        if (await change(db, run, at) is { } refusal)
        {
            return refusal;
        }

        db.Audit(at, changedBy, action, $"{run.Number}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return run;
    }

    /// <summary>The refusal for a run that is over.</summary>
    public static Refusal Ended(Run run) =>
        new("run-ended", $"Run {run.Number} has ended already: it is {EnumText<RunState>.Write(run.State)}.");
}
