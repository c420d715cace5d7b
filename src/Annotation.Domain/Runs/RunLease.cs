using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>A worker's hold on a run: good until somebody claims the run again and so raises its epoch.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Epoch">The fencing number that the claim returned.</param>
public sealed record RunLease(Guid RunId, int Epoch)
{
    /// <summary>The refusal of whatever a worker writes after it lost its run.</summary>
    public static Refusal Lost() => new("run-lost", "This worker no longer holds the run: it was taken over, or it has ended.");

    /// <summary>
    /// Locks the run's row until the transaction ends if this lease still holds it, and counts as a heartbeat. What
    /// the transaction writes after that cannot be overtaken by another worker's claim.
    /// </summary>
    internal async Task<bool> HoldAsync(AnnotationDbContext db, DateTimeOffset at, CancellationToken cancellationToken) =>
        await db
            .Runs.Where(r => r.Id == RunId && r.Epoch == Epoch && r.State == RunState.Running)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.HeartbeatAt, at), cancellationToken) == 1;
}
