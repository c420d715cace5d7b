using Annotation.Domain.Runs;

namespace Annotation.Jobs.Execution;

/// <summary>What the queue calls for runs that train or measure.</summary>
public sealed class TrainingRunJob(ExecuteRun execute) : ITrainingRunJob
{
    /// <remarks>
    /// The queue's token is not used: it also fires when the queue handed the job out twice, which the run's lock and
    /// epoch decide better. The end of the process reaches the run through the host's lifetime.
    /// </remarks>
    public Task RunAsync(Guid runId, CancellationToken cancellationToken) => execute.RunAsync(runId, CancellationToken.None);
}

/// <summary>What the queue calls for runs that write completions or take in a model.</summary>
public sealed class GenerationJob(ExecuteRun execute) : IGenerationJob
{
    /// <remarks>The queue's token is not used, as in <see cref="TrainingRunJob"/>.</remarks>
    public Task RunAsync(Guid runId, CancellationToken cancellationToken) => execute.RunAsync(runId, CancellationToken.None);
}
