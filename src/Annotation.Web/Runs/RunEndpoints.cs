using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Runs;

/// <summary>Runs: start, look, stop.</summary>
internal static class RunEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs").RequireAuthorization(RolePolicies.Engineer);
        runs.MapGet("/", ListAsync);
        runs.MapGet("/{r}", GetAsync);
        runs.MapGet("/{r}/metrics", GetMetricsAsync);
        runs.MapPost("/{r}/cancel", CancelAsync);
        runs.MapPost("/{r}/pause", PauseAsync);
        runs.MapPost("/{r}/resume", ResumeAsync);

        var project = api.MapGroup("/projects/{p}").RequireAuthorization(RolePolicies.Engineer);
        project.MapPost("/runs", TrainAsync);
        project.MapPost("/tasks/generate", GenerateTasksAsync);
        project.MapPost("/best-of", BestOfAsync);
        api.MapPost("/generate", GenerateAsync).RequireAuthorization(RolePolicies.Engineer);
        api.MapPost("/evaluate", EvaluateAsync).RequireAuthorization(RolePolicies.Engineer);
    }

    private static async Task<IResult> ListAsync(
        string? project,
        string? kind,
        string? state,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        if (!TryParse<RunKind>(kind, out var wantedKind) || !TryParse<RunState>(state, out var wantedState))
        {
            return Replies.Refuse(
                StatusCodes.Status400BadRequest,
                "bad-filter",
                $"kind is one of {Names<RunKind>()}; state is one of {Names<RunState>()}."
            );
        }

        Guid? projectId = null;
        if (project is not null)
        {
            var found = await contexts.FindProjectAsync(project, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Refusal.Reply();
            }

            projectId = found.Value.Id;
        }

        return Results.Json(await contexts.ListRunsAsync(projectId, wantedKind, wantedState, cancellationToken));
    }

    private static async Task<IResult> GetAsync(
        string r,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindRunAsync(r, cancellationToken)).Reply(async id =>
            Results.Json(await contexts.GetRunRowAsync(id, cancellationToken))
        );

    private static async Task<IResult> GetMetricsAsync(
        string r,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken,
        long afterStep = -1
    ) =>
        await (await contexts.FindRunAsync(r, cancellationToken)).Reply(async id =>
            Results.Json(await contexts.GetMetricsAsync(id, afterStep, cancellationToken))
        );

    private static Task<IResult> CancelAsync(
        string r,
        ClaimsPrincipal user,
        CancelRun cancel,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => ChangeAsync(contexts, r, id => cancel.RunAsync(id, user.PersonId(), cancellationToken), cancellationToken);

    private static Task<IResult> PauseAsync(
        string r,
        ClaimsPrincipal user,
        PauseRun pause,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => ChangeAsync(contexts, r, id => pause.RunAsync(id, user.PersonId(), cancellationToken), cancellationToken);

    private static async Task<IResult> ResumeAsync(
        string r,
        ClaimsPrincipal user,
        RunLauncher launcher,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindRunAsync(r, cancellationToken)).Reply(async id =>
            (await launcher.ResumeAsync(id, user.PersonId(), cancellationToken)).Reply()
        );

    private static async Task<IResult> ChangeAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        string r,
        Func<Guid, Task<Outcome<Run>>> change,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindRunAsync(r, cancellationToken)).Reply(async id =>
            await (await change(id)).Reply(async run => Results.Json(await contexts.GetRunRowAsync(run.Id, cancellationToken)))
        );

    private static async Task<IResult> TrainAsync(
        string p,
        StartRunRequest request,
        ClaimsPrincipal user,
        RunRequests requests,
        RunLauncher launcher,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            var wanted = await requests.TrainAsync(project, request, user.PersonId(), cancellationToken);
            return await StartAsync(launcher, wanted, prepare: null, cancellationToken);
        });

    private static async Task<IResult> GenerateTasksAsync(
        string p,
        GenerateTasksRequest request,
        ClaimsPrincipal user,
        GenerationRequests requests,
        RunLauncher launcher,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            var wanted = await requests.GenerateTasksAsync(project, request, user.PersonId(), cancellationToken);
            return await StartAsync(launcher, wanted, prepare: null, cancellationToken);
        });

    private static async Task<IResult> BestOfAsync(
        string p,
        BestOfRequest request,
        ClaimsPrincipal user,
        GenerationRequests requests,
        RunLauncher launcher,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            var wanted = await requests.BestOfAsync(project, request, user.PersonId(), cancellationToken);
            return await StartAsync(launcher, wanted, prepare: null, cancellationToken);
        });

    private static async Task<IResult> GenerateAsync(
        GenerateRequest request,
        ClaimsPrincipal user,
        GenerationRequests requests,
        RunLauncher launcher,
        CancellationToken cancellationToken
    )
    {
        var wanted = await requests.GenerateAsync(request, user.PersonId(), cancellationToken);
        return await StartAsync(launcher, wanted, prepare: null, cancellationToken);
    }

    private static async Task<IResult> EvaluateAsync(
        EvaluateRequest request,
        ClaimsPrincipal user,
        RunRequests requests,
        RunLauncher launcher,
        ArtifactStore store,
        CancellationToken cancellationToken
    )
    {
        var wanted = await requests.EvaluateAsync(request, user.PersonId(), cancellationToken);
        return await StartAsync(
            launcher,
            wanted,
            runId =>
                request.File is null
                    ? Task.CompletedTask
                    : File.WriteAllBytesAsync(
                        Path.Combine(store.IncomingFolder(runId), Path.GetFileName(request.FileName!)),
                        request.File,
                        cancellationToken
                    ),
            cancellationToken
        );
    }

    private static async Task<IResult> StartAsync(
        RunLauncher launcher,
        Outcome<NewRun> wanted,
        Func<Guid, Task>? prepare,
        CancellationToken cancellationToken
    ) => await wanted.Reply(async run => (await launcher.StartAsync(run, prepare, cancellationToken)).Reply());

    private static bool TryParse<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = Enum.TryParse<T>(text, ignoreCase: true, out var parsed) && !int.TryParse(text, out _) ? parsed : null;
        return string.IsNullOrEmpty(text) || value is not null;
    }

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(RunQueries.Text));
}
