using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Queue;
using Annotation.Learning.Generation;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Annotation.Jobs.Execution;

/// <summary>
/// Takes one run from the queue to its end, or to the point where it must wait. May be called for any run at any time
/// by any number of workers: the run's lock lets one through, and its epoch refuses what the others still write.
/// </summary>
public sealed class ExecuteRun(
    IDbContextFactory<AnnotationDbContext> contexts,
    NpgsqlDataSource database,
    IEnumerable<IRunWork> works,
    CompleteRun completeRun,
    RunQueue queue,
    ArtifactStore store,
    WorkerOptions options,
    CurrentRuns currentRuns,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ExecuteRun> log
)
{
    /// <summary>A worker that has not told of itself for this long is taken for dead or frozen.</summary>
    public static readonly TimeSpan HeartbeatLimit = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(5);

    /// <summary>Executes the run.</summary>
    public async Task RunAsync(Guid runId, CancellationToken ct)
    {
        var run = await LoadAsync(runId, ct);
        if (run is null || run.State is not (RunState.Queued or RunState.Running))
        {
            return;
        }
        if (run.Device != "cpu" && run.Device != options.DeviceKind)
        {
            await HandOnAsync(run, ct);
            return;
        }
        await using var runLock = await TakeLockAsync(run, ct);
        if (runLock is null)
        {
            return;
        }
        // 1. One training at a time on a device, whichever worker of this host it runs in.
        if (RunQueue.Trains(run.Kind) && !await runLock.TryTakeDeviceAsync(Environment.MachineName, options.Device, ct))
        {
            queue.EnqueueLater(run.Id, run.Kind, run.Device, BusyPause);
            return;
        }
        // 2. The claim: from here on every write names its epoch.
        if (await RunClaim.TakeAsync(database, runId, options.Name, ct) is not { } claim)
        {
            return;
        }
        run = (await LoadAsync(runId, ct))!;
        using var current = currentRuns.Begin(run.Id);
        log.LogInformation("Run {Number} ({Kind}) starts under epoch {Epoch}.", run.Number, run.Kind, claim.Epoch);
        var progress = new ProgressRecorder(run.Id);
        await using var watch = new RunWatch(claim, runLock, progress, time, log, lifetime.ApplicationStopping);
        try
        {
            ClaimLog.Add(store.RunFolder(run.Id), run.Kind, claim.Epoch, run.Step, options.Name, time.Now());
            var work = works.Single(w => w.Kind == run.Kind);
            var output = await work.DoAsync(new RunContext(run, claim, progress, store, options), watch.Stop);
            // 3. The end. A stop that came too late to stop anything changes nothing, except that a lost claim refuses it.
            if (await watch.FlushAsync(ct) && await completeRun.RunAsync(claim, output, ct))
            {
                store.RemoveWork(run.Id);
                log.LogInformation("Run {Number} is completed.", run.Number);
            }
        }
        catch (OperationCanceledException) when (watch.Reason != StopReason.None)
        {
            await StopAsync(run, claim, watch, ct);
        }
        catch (ClaimLostException e)
        {
            log.LogWarning("Run {Number}: {Problem}", run.Number, e.Message);
        }
        catch (Exception e) when (!TellsOfTheDatabase(e))
        {
            if (await claim.HeartbeatAsync(ct) == StopReason.Lost)
            {
                // Who claimed it since has renamed the folders that this worker wrote into: no failure of the run.
                log.LogInformation(
                    "Run {Number} stops: {Reason} ({Problem})",
                    run.Number,
                    StopReason.Lost,
                    e.Message.ReplaceLineEndings(" ")
                );
                ClaimLog.AddEnd(store.RunFolder(run.Id), claim.Epoch, nameof(StopReason.Lost), options.Name, time.Now());
                return;
            }
            // A database that is gone tells nothing about the run: the sweep brings it back. Everything else ends it.
            await watch.FlushAsync(ct);
            await FailAsync(run, claim, progress.Step, e, ct);
        }
    }

    private async Task<Run?> LoadAsync(Guid runId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, ct);
    }

    /// <summary>A run that asks for a GPU never silently uses the CPU: it waits in the queue that only GPU workers serve.</summary>
    private async Task HandOnAsync(Run run, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db
            .Runs.Where(r => r.Id == run.Id && r.State == RunState.Queued)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Notice, "Waits: it needs a GPU worker."), ct);
        queue.Enqueue(run.Id, run.Kind, run.Device);
    }

    /// <summary>The run's lock, taken away from a frozen worker if need be; null when a live one has it.</summary>
    private async Task<RunLock?> TakeLockAsync(Run run, CancellationToken ct)
    {
        if (await RunLock.TryTakeRunAsync(options.ConnectionString, run.Id, ct) is { } free)
        {
            return free;
        }
        if (await HeartbeatAge.IsStaleAsync(database, run.Id, HeartbeatLimit, ct))
        {
            log.LogWarning("Run {Number}: worker {Worker} holds it without a heartbeat.", run.Number, run.Worker);
            await RunLock.EndHolderAsync(options.ConnectionString, run.Id, ct);
        }
        queue.EnqueueLater(run.Id, run.Kind, run.Device, BusyPause);
        return null;
    }

    private async Task StopAsync(Run run, RunClaim claim, RunWatch watch, CancellationToken ct)
    {
        log.LogInformation("Run {Number} stops: {Reason}.", run.Number, watch.Reason);
        ClaimLog.AddEnd(store.RunFolder(run.Id), claim.Epoch, watch.Reason.ToString(), options.Name, time.Now());
        var kept = watch.Reason == StopReason.Lost || await watch.FlushAsync(ct);
        switch (watch.Reason)
        {
            case StopReason.Cancel when await claim.CancelAsync(ct):
                store.RemoveWork(run.Id);
                break;
            case StopReason.Pause when await claim.PauseAsync(ct):
                break;
            case StopReason.Pause or StopReason.Shutdown when kept && await claim.ReleaseAsync(ct):
                queue.Enqueue(run.Id, run.Kind, run.Device);
                break;
            case StopReason.Cancel:
            case StopReason.Pause:
            case StopReason.Shutdown:
            case StopReason.Lost:
            case StopReason.None:
                break;
        }
    }

    private async Task FailAsync(Run run, RunClaim claim, int step, Exception problem, CancellationToken ct)
    {
        var expected =
            problem
            is RunFailedException
                or ModelFolderException
                or InvalidSettingException
                or TorchRuntimeException
                or RewardSourceException
                or TrainingDivergedException
                or BrokenLogitsException
                or NothingToLearnException;
        var sentence = problem.Message.ReplaceLineEndings(" ");
        if (expected)
        {
            log.LogInformation("Run {Number} failed: {Sentence}", run.Number, sentence);
        }
        else
        {
            log.LogError(problem, "Run {Number} failed at step {Step}.", run.Number, step);
            sentence = OutOfMemory.Caused(problem)
                ? OutOfMemory.Sentence(run.Kind, step)
                : $"At step {step}: {sentence} ({problem.GetType().Name}; the worker's log has the details).";
        }
        ClaimLog.AddEnd(store.RunFolder(run.Id), claim.Epoch, "Failed", options.Name, time.Now());
        await claim.FailAsync(sentence, ct);
    }

    /// <summary>Whether the server was gone or going, rather than unwilling to do what it was asked.</summary>
    private static bool TellsOfTheDatabase(Exception e) =>
        e is NpgsqlException and (not PostgresException or PostgresException { SqlState: ['5', '7', 'P', ..] });
}
