namespace Annotation.Domain.Runs;

/// <summary>Carries out a training or evaluation run in a worker. The web application enqueues it by this interface.</summary>
public interface ITrainingRunJob
{
    /// <summary>Runs from the last checkpoint to the end; may be called again for the same run at any time.</summary>
    Task RunAsync(Guid runId, CancellationToken cancellationToken);
}
