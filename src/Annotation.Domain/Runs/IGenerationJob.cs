namespace Annotation.Domain.Runs;

/// <summary>Carries out a generation or import run in a worker. The web application enqueues it by this interface.</summary>
public interface IGenerationJob
{
    /// <summary>Does what is still missing; may be called again for the same run at any time.</summary>
    Task RunAsync(Guid runId, CancellationToken cancellationToken);
}
