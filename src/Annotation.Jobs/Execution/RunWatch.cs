using Annotation.Domain.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Annotation.Jobs.Execution;

/// <summary>
/// Runs beside the work of a run: each second it tells the database that the worker lives, stores progress and learns
/// of cancel and pause requests; each fifth second it asks whether the lock's session lives. When the work must end
/// early it says why (<see cref="Reason"/>) and cancels <see cref="Stop"/>.
/// </summary>
public sealed class RunWatch : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int TicksPerPing = 5;

    private readonly RunClaim _claim;
    private readonly RunLock _lock;
    private readonly ProgressRecorder _progress;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _shutdown;
    private readonly Task _loop;
    private int _reason;

    public RunWatch(RunClaim claim, RunLock runLock, ProgressRecorder progress, TimeProvider time, ILogger log, CancellationToken shutdown)
    {
        (_claim, _lock, _progress, _time, _log) = (claim, runLock, progress, time, log);
        _shutdown = shutdown.Register(() => Request(StopReason.Shutdown));
        _loop = Task.Run(LoopAsync, CancellationToken.None);
    }

    /// <summary>Why the work was asked to stop; the first reason counts, except that a lost claim overrides all.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Canceled when the work must end early.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Stores what was reported and not yet stored. False when the run is no longer this worker's.</summary>
    public async Task<bool> FlushAsync(CancellationToken ct) => _progress.Take() is not { } batch || await _claim.RecordAsync(batch, ct);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        await _shutdown.DisposeAsync();
        _stop.Dispose();
        _end.Dispose();
    }

    private async Task LoopAsync()
    {
        for (var tick = 1; ; tick++)
        {
            try
            {
                await Task.Delay(Tick, _time, _end.Token);
                if (tick % TicksPerPing == 0)
                {
                    await _lock.PingAsync(_end.Token);
                }
                var wanted = await _claim.HeartbeatAsync(_end.Token);
                if (wanted != StopReason.None)
                {
                    Request(wanted);
                }
                if (!await FlushAsync(_end.Token))
                {
                    Request(StopReason.Lost);
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                // Without the database nobody can say whether the run is still ours; the checkpoint is what counts.
                _log.LogWarning("Run {Run}: the database session is gone ({Problem}); stopping.", _claim.RunId, e.Message);
                Request(StopReason.Lost);
            }
            if (Reason == StopReason.Lost)
            {
                return;
            }
        }
    }

    private void Request(StopReason reason)
    {
        if (reason == StopReason.Lost)
        {
            Volatile.Write(ref _reason, (int)reason);
        }
        else
        {
            Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None);
        }
        _stop.Cancel();
    }
}
