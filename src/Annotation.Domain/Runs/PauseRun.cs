using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>Stops a run so that it can be resumed.</summary>
public sealed class PauseRun(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Pauses a run that waits at once; asks the worker of a running one, which writes a checkpoint first.</summary>
    public Task<Outcome<Run>> RunAsync(Guid runId, Guid? pausedBy, CancellationToken cancellationToken) =>
        RunChange.ApplyAsync(contexts, time, runId, "run.paused", pausedBy, Pause, cancellationToken);

    private static Task<Refusal?> Pause(AnnotationDbContext db, Run run, DateTimeOffset at)
    {
        switch (run.State)
        {
            case RunState.Queued:
                run.State = RunState.Paused;
                return Task.FromResult<Refusal?>(null);
            case RunState.Running:
                run.PauseRequestedAt ??= at;
                return Task.FromResult<Refusal?>(null);
            case RunState.Paused:
                return Task.FromResult<Refusal?>(null);
            default:
                return Task.FromResult<Refusal?>(RunChange.Ended(run));
        }
    }
}
