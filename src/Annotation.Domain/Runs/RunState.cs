namespace Annotation.Domain.Runs;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    Queued,
    Running,

    /// <summary>Stopped at a checkpoint on request; goes on when resumed.</summary>
    Paused,
    Completed,

    /// <summary>Ended with an error; may be resumed from its last checkpoint.</summary>
    Failed,
    Canceled,
}
