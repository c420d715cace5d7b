using Annotation.Domain.Data;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Annotation.Jobs.Housekeeping;

/// <summary>Keeps this process's row of the worker list fresh, and takes away rows of workers long gone.</summary>
public sealed class WorkerHeartbeat(
    IDbContextFactory<AnnotationDbContext> contexts,
    WorkerOptions options,
    CurrentRuns currentRuns,
    TimeProvider time,
    ILogger<WorkerHeartbeat> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.Now();
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await BeatAsync(started, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                log.LogWarning("No heartbeat: {Problem}", e.Message);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Takes the worker out of the list when it ends in order.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await db.WorkerNodes.Where(w => w.Name == options.Name).ExecuteDeleteAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            log.LogInformation("The worker's row stays until another worker forgets it: {Problem}", e.Message);
        }
    }

    private async Task BeatAsync(DateTimeOffset started, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = time.Now();
        var node = await db.WorkerNodes.SingleOrDefaultAsync(w => w.Name == options.Name, ct);
        if (node is null)
        {
            node = new WorkerNode
            {
                Name = options.Name,
                Device = options.DeviceKind,
                Queues = [.. options.Queues],
                StartedAt = started,
                HeartbeatAt = now,
            };
            db.WorkerNodes.Add(node);
            await db.WorkerNodes.Where(w => w.HeartbeatAt < now - Forgotten).ExecuteDeleteAsync(ct);
        }
        // The row may be of an earlier process of the same name, as in a container.
        (node.Device, node.Queues, node.StartedAt) = (options.DeviceKind, [.. options.Queues], started);
        node.HeartbeatAt = now;
        node.CurrentRunId = currentRuns.Any;
        await db.SaveChangesAsync(ct);
    }
}
