using System.Security.Claims;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>Frozen preference sets, and tasks to write demonstrations.</summary>
internal static class PreferenceSetEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapPreferenceSets(this IEndpointRouteBuilder api)
    {
        var project = api.MapGroup("/projects/{p}").RequireAuthorization(RolePolicies.Engineer);
        project.MapGet("/sets", ListAsync);
        project.MapPost("/sets", FreezeAsync);
        project.MapGet("/sets/{set}", GetAsync);
        project.MapPost("/tasks/demonstrations", CreateDemonstrationTasksAsync);
    }

    private static async Task<IResult> ListAsync(
        string p,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            Results.Json(await contexts.ListSetsAsync(project.Id, cancellationToken))
        );

    private static async Task<IResult> GetAsync(
        string p,
        string set,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            (await contexts.FindSetAsync(project.Id, set, cancellationToken)).Reply()
        );

    private static async Task<IResult> FreezeAsync(
        string p,
        ClaimsPrincipal user,
        FreezePreferenceSet freeze,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            (await freeze.RunAsync(project.Id, user.PersonId(), cancellationToken)).Reply(set =>
                Results.Json(PreferenceSetQueries.ToRow(set))
            )
        );

    /// <param name="prompts">For how many of the prompts that have no demonstration and no task for one.</param>
    private static async Task<IResult> CreateDemonstrationTasksAsync(
        string p,
        int prompts,
        ClaimsPrincipal user,
        CreateDemonstrationTasks create,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            (await create.RunAsync(project.Id, prompts, user.PersonId(), cancellationToken)).Reply(count =>
                Results.Json(new { tasks = count })
            )
        );
}
