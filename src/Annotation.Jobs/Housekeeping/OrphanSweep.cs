using Annotation.Domain.Data;
using Annotation.Domain.Runs;
using Annotation.Jobs.Queue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Annotation.Jobs.Housekeeping;

/// <summary>
/// Puts runs back into the queue that no job would ever bring to a worker again: the web server died between storing
/// the run and queueing it, the queue lost the job, or the run's worker lost the database. Every worker sweeps;
/// queueing a run twice is harmless.
/// </summary>
public sealed class OrphanSweep(
    IDbContextFactory<AnnotationDbContext> contexts,
    NpgsqlDataSource database,
    RunQueue queue,
    TimeProvider time,
    ILogger<OrphanSweep> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                log.LogWarning("No sweep for orphaned runs: {Problem}", e.Message);
            }
        }
    }

    /// <summary>Looks once, and queues what it finds.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var open = await db
            .Runs.AsNoTracking()
            .Where(r => r.State == RunState.Queued || r.State == RunState.Running)
            .Select(r => new
            {
                r.Id,
                r.Number,
                r.Kind,
                r.Device,
            })
            .ToListAsync(ct);
        var silent = new List<(Guid Id, int Number, RunKind Kind, string Device)>();
        foreach (var run in open)
        {
            if (await HeartbeatAge.IsStaleAsync(database, run.Id, Grace, ct))
            {
                silent.Add((run.Id, run.Number, run.Kind, run.Device));
            }
        }
        if (silent.Count == 0)
        {
            return;
        }
        var queued = queue.FindQueued();
        foreach (var run in silent.Where(r => !queued.Contains(r.Id)))
        {
            log.LogWarning("Run {Number} had no worker and no job; queued again.", run.Number);
            queue.Enqueue(run.Id, run.Kind, run.Device);
        }
    }
}
