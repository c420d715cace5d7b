using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Who is asked about which tasks, and whether all were judged as often as promised.</summary>
public sealed class TasksApi(ApiConnection connection)
{
    /// <summary>Proves that every task has the judgements that it should have.</summary>
    /// <param name="project">Name or id; null: all projects.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ExactnessRow> CheckAsync(string? project, CancellationToken cancellation) =>
        connection.GetAsync<ExactnessRow>(
            "api/tasks/check" + (project is null ? "" : $"?project={Uri.EscapeDataString(project)}"),
            cancellation
        );

    /// <summary>What came too late to count, the last first.</summary>
    public Task<IReadOnlyList<LateSubmissionRow>> ListLateAsync(string project, CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<LateSubmissionRow>>(ProjectsApi.PathOf(project) + "/late", cancellation);

    /// <summary>Reserves tasks for a person or a team.</summary>
    public Task<TaskCount> AssignAsync(string project, AssignTasksRequest request, CancellationToken cancellation) =>
        connection.SendAsync<TaskCount>(HttpMethod.Post, ProjectsApi.PathOf(project) + "/tasks/assign", request, cancellation);

    /// <summary>Takes somebody's judgements back.</summary>
    public Task<TaskCount> RetractAsync(string project, RetractRequest request, CancellationToken cancellation) =>
        connection.SendAsync<TaskCount>(HttpMethod.Post, ProjectsApi.PathOf(project) + "/tasks/retract", request, cancellation);

    /// <summary>How a project's tasks are handed out.</summary>
    public Task<DistributionRow> ShowDistributionAsync(string project, CancellationToken cancellation) =>
        connection.GetAsync<DistributionRow>(ProjectsApi.PathOf(project) + "/distribution", cancellation);

    /// <summary>Replaces how a project's tasks are handed out.</summary>
    public Task<DistributionRow> SaveDistributionAsync(string project, SaveDistributionRequest request, CancellationToken cancellation) =>
        connection.SendAsync<DistributionRow>(HttpMethod.Put, ProjectsApi.PathOf(project) + "/distribution", request, cancellation);

    /// <summary>All teams.</summary>
    public Task<IReadOnlyList<TeamRow>> ListTeamsAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<TeamRow>>("api/teams", cancellation);

    /// <summary>Makes a team or changes who is in it.</summary>
    public Task<TeamRow> SaveTeamAsync(string name, SaveTeamRequest request, CancellationToken cancellation) =>
        connection.SendAsync<TeamRow>(HttpMethod.Put, $"api/teams/{Uri.EscapeDataString(name)}", request, cancellation);
}
