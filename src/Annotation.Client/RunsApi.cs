using System.Globalization;
using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Training, generation, evaluation, and the runs that they are. A run is named by its number or its id.</summary>
public sealed class RunsApi(ApiConnection connection)
{
    /// <summary>Starts a training run.</summary>
    public Task<RunRow> StartAsync(string project, StartRunRequest request, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, ProjectsApi.PathOf(project) + "/runs", request, cancellation);

    /// <summary>Starts a run that writes completions of one prompt.</summary>
    public Task<RunRow> GenerateAsync(GenerateRequest request, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, "api/generate", request, cancellation);

    /// <summary>Starts a run that writes completions of a project's prompts, which become ranking tasks.</summary>
    public Task<RunRow> GenerateTasksAsync(string project, GenerateTasksRequest request, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, ProjectsApi.PathOf(project) + "/tasks/generate", request, cancellation);

    /// <summary>Starts a run that keeps the best of n completions of a project's prompts.</summary>
    public Task<RunRow> BestOfAsync(string project, BestOfRequest request, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, ProjectsApi.PathOf(project) + "/best-of", request, cancellation);

    /// <summary>Starts a run that evaluates a model.</summary>
    public Task<RunRow> EvaluateAsync(EvaluateRequest request, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, "api/evaluate", request, cancellation);

    /// <summary>Runs, newest first; null leaves a filter out.</summary>
    public Task<IReadOnlyList<RunRow>> ListAsync(string? project, string? kind, string? state, CancellationToken cancellation)
    {
        string?[] filters = [Filter("project", project), Filter("kind", kind), Filter("state", state)];
        return connection.GetAsync<IReadOnlyList<RunRow>>("api/runs?" + string.Join('&', filters.Where(f => f is not null)), cancellation);
    }

    /// <summary>One run.</summary>
    public Task<RunRow> ShowAsync(string run, CancellationToken cancellation) => connection.GetAsync<RunRow>(PathOf(run), cancellation);

    /// <summary>The run's metrics after a step.</summary>
    public Task<RunMetrics> MetricsAsync(string run, long afterStep, CancellationToken cancellation) =>
        connection.GetAsync<RunMetrics>(
            $"{PathOf(run)}/metrics?afterStep={afterStep.ToString(CultureInfo.InvariantCulture)}",
            cancellation
        );

    /// <summary>Asks a run to stop for good.</summary>
    public Task<RunRow> CancelAsync(string run, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, PathOf(run) + "/cancel", body: null, cancellation);

    /// <summary>Asks a run to stop at its next checkpoint.</summary>
    public Task<RunRow> PauseAsync(string run, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, PathOf(run) + "/pause", body: null, cancellation);

    /// <summary>Lets a paused, failed or canceled run go on from its last checkpoint.</summary>
    public Task<RunRow> ResumeAsync(string run, CancellationToken cancellation) =>
        connection.SendAsync<RunRow>(HttpMethod.Post, PathOf(run) + "/resume", body: null, cancellation);

    private static string PathOf(string run) => $"api/runs/{Uri.EscapeDataString(run)}";

    private static string? Filter(string name, string? value) => value is null ? null : $"{name}={Uri.EscapeDataString(value)}";
}
