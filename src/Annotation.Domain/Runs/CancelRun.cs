using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>Ends a run for good.</summary>
public sealed class CancelRun(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Cancels a run that waits at once; asks the worker of a running one, which stops at its next step.</summary>
    public Task<Outcome<Run>> RunAsync(Guid runId, Guid? canceledBy, CancellationToken cancellationToken) =>
        RunChange.ApplyAsync(contexts, time, runId, "run.canceled", canceledBy, Cancel, cancellationToken);

    private static Task<Refusal?> Cancel(AnnotationDbContext db, Run run, DateTimeOffset at)
    {
        switch (run.State)
        {
            case RunState.Queued or RunState.Paused:
                run.State = RunState.Canceled;
                run.CancelRequestedAt = run.EndedAt = at;
                return Task.FromResult<Refusal?>(null);
            case RunState.Running:
                run.CancelRequestedAt ??= at;
                return Task.FromResult<Refusal?>(null);
            default:
                return Task.FromResult<Refusal?>(RunChange.Ended(run));
        }
    }
}
