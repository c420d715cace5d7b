using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>What a labeler does: take the next task, keep it, answer it or give it back.</summary>
public sealed class LabelingApi(ApiConnection connection)
{
    /// <summary>The next task for the caller; null when there is none.</summary>
    /// <param name="project">Name or id; null: any project.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<TaskView?> NextAsync(string? project, CancellationToken cancellation) =>
        connection.SendOrNothingAsync<TaskView>(
            HttpMethod.Post,
            "api/labeling/next" + (project is null ? "" : $"?project={Uri.EscapeDataString(project)}"),
            body: null,
            cancellation
        );

    /// <summary>Keeps a task for longer.</summary>
    public Task<LeaseView> RenewAsync(Guid assignment, int leaseVersion, CancellationToken cancellation) =>
        connection.SendAsync<LeaseView>(
            HttpMethod.Post,
            $"api/labeling/assignments/{assignment}/renew",
            new { leaseVersion },
            cancellation
        );

    /// <summary>Submits all answers of a task; the same submission key again changes nothing.</summary>
    public Task<SubmitResult> SubmitAsync(Guid assignment, SubmitRequest request, CancellationToken cancellation) =>
        connection.SendAsync<SubmitResult>(HttpMethod.Post, $"api/labeling/assignments/{assignment}/submit", request, cancellation);

    /// <summary>Gives a task back with a reason.</summary>
    public Task SkipAsync(Guid assignment, SkipRequest request, CancellationToken cancellation) =>
        connection.SendOrNothingAsync<object>(HttpMethod.Post, $"api/labeling/assignments/{assignment}/skip", request, cancellation);
}
