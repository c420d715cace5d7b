namespace Annotation.Domain.Runs;

/// <summary>Why a run was asked to stop before its end.</summary>
public enum StopReason
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>A person canceled it.</summary>
    Cancel,

    /// <summary>A person paused it: it writes a checkpoint and waits.</summary>
    Pause,

    /// <summary>The worker process ends: it writes a checkpoint and goes back to the queue.</summary>
    Shutdown,

    /// <summary>The run is no longer this worker's: another claimed it, or the lock's session is gone.</summary>
    Lost,
}
