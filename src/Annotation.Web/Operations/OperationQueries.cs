using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Operations;

/// <summary>Reads what the workers and queues are doing.</summary>
internal static class OperationQueries
{
    // A worker writes its heartbeat every few seconds.
    private static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(30);

    /// <summary>Workers seen in the last day, the newest heartbeat first.</summary>
    public static async Task<IReadOnlyList<WorkerRow>> ListWorkersAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var since = now.AddDays(-1);
        var workers = await db
            .WorkerNodes.Where(w => w.HeartbeatAt > since)
            .OrderByDescending(w => w.HeartbeatAt)
            .Select(w => new { Worker = w, Run = db.Runs.Where(r => r.Id == w.CurrentRunId).Select(r => (int?)r.Number).FirstOrDefault() })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return
        [
            .. workers.Select(w => new WorkerRow(
                w.Worker.Id,
                w.Worker.Name,
                w.Worker.Device,
                w.Worker.Queues,
                w.Worker.StartedAt,
                w.Worker.HeartbeatAt,
                now - w.Worker.HeartbeatAt < AliveFor,
                w.Run
            )),
        ];
    }

    /// <summary>Counts by queue: jobs waiting and being worked on, and runs that failed in the last day.</summary>
    public static async Task<IReadOnlyList<QueueRow>> ListQueuesAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Runs.QueuedRuns jobs,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var since = time.GetUtcNow().AddDays(-1);
        var failed = await db
            .Runs.Where(r => r.State == Domain.Runs.RunState.Failed && r.EndedAt > since)
            .GroupBy(r => r.Kind)
            .Select(g => new { Kind = g.Key, Count = g.LongCount() })
            .ToListAsync(cancellationToken);
        var failedByQueue = failed.ToLookup(f => Runs.RunQueue.QueueOf(f.Kind), f => f.Count);
        var counted = jobs.Count();
        return
        [
            .. counted
                .Keys.Union(Runs.RunQueue.Names)
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    var (waiting, running) = counted.GetValueOrDefault(name);
                    return new QueueRow(name, waiting, running, failedByQueue[name].Sum());
                }),
        ];
    }
}
