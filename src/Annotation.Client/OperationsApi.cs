using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Workers, queues, health.</summary>
public sealed class OperationsApi(ApiConnection connection)
{
    /// <summary>The worker processes and when each was last heard of.</summary>
    public Task<IReadOnlyList<WorkerRow>> ListWorkersAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<WorkerRow>>("api/workers", cancellation);

    /// <summary>What waits and runs in each queue; for admins.</summary>
    public Task<IReadOnlyList<QueueRow>> ListQueuesAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<QueueRow>>("api/queues", cancellation);

    /// <summary>Whether the server and its database are ready for requests.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellation) => connection.AnswersAsync("health/ready", cancellation);
}
