using Annotation.Domain.Data;
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

    private static bool TryParse<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = Enum.TryParse<T>(text, ignoreCase: true, out var parsed) && !int.TryParse(text, out _) ? parsed : null;
        return string.IsNullOrEmpty(text) || value is not null;
    }

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(RunQueries.Text));
}
