using System.Collections.Concurrent;

namespace Annotation.Jobs.Execution;

/// <summary>What this worker process is executing, for its heartbeat.</summary>
public sealed class CurrentRuns
{
    private readonly ConcurrentDictionary<Guid, byte> _runs = [];

    /// <summary>One of the runs in execution; null when idle.</summary>
    public Guid? Any => _runs.Keys.Cast<Guid?>().FirstOrDefault();

    /// <summary>Notes that a run begins; dispose when it ends.</summary>
    public IDisposable Begin(Guid runId)
    {
        _runs[runId] = 0;
        return new Mark(this, runId);
    }

    private sealed class Mark(CurrentRuns owner, Guid runId) : IDisposable
    {
        public void Dispose() => owner._runs.TryRemove(runId, out _);
    }
}
