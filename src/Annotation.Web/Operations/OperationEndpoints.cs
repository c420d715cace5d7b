using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Operations;

/// <summary>Workers and queues.</summary>
internal static class OperationEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapOperations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/workers", ListWorkersAsync).RequireAuthorization(RolePolicies.Engineer);
        api.MapGet("/queues", ListQueuesAsync).RequireAuthorization(RolePolicies.Admin);
    }

    private static Task<IReadOnlyList<WorkerRow>> ListWorkersAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => contexts.ListWorkersAsync(time, cancellationToken);

    private static Task<IReadOnlyList<QueueRow>> ListQueuesAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        Runs.QueuedRuns jobs,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => contexts.ListQueuesAsync(jobs, time, cancellationToken);
}
