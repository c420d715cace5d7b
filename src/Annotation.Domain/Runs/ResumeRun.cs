using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>Lets a paused or failed run go on from its last checkpoint. Whoever calls puts its id into the queue afterwards.</summary>
public sealed class ResumeRun(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Makes the run queued again; takes back the request to pause of one that is still running.</summary>
    public async Task<Outcome<Run>> RunAsync(Guid runId, Guid? resumedBy, CancellationToken cancellationToken)
    {
        try
        {
            return await RunChange.ApplyAsync(
                contexts,
                time,
                runId,
                "run.resumed",
                resumedBy,
                (db, run, _) => ResumeAsync(db, run, cancellationToken),
                cancellationToken
            );
        }
        catch (DbUpdateException failure) when (failure.Breaks("ix_runs_output_name"))
        {
            return new Refusal("name-taken", "Another run promises a model of the same name now; start a new run.");
        }
    }

    private static async Task<Refusal?> ResumeAsync(AnnotationDbContext db, Run run, CancellationToken cancellationToken)
    {
        if (run.State is RunState.Completed or RunState.Canceled)
        {
            return RunChange.Ended(run);
        }

        if (run.State is RunState.Queued || (run.State is RunState.Running && run.PauseRequestedAt is null))
        {
            return new Refusal("run-not-stopped", $"Run {run.Number} is not paused; there is nothing to resume.");
        }

        if (run.OutputName is { } name && await db.Models.AnyAsync(m => m.Name == name, cancellationToken))
        {
            return StartRun.NameTaken(name);
        }

        run.PauseRequestedAt = null;
        if (run.State != RunState.Running)
        {
            run.State = RunState.Queued;
            run.Error = null;
            run.EndedAt = null;
        }

        return null;
    }
}
