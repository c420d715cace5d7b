using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>Projects: list, create, read, change.</summary>
internal static class ProjectEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapProjects(this IEndpointRouteBuilder api)
    {
        var projects = api.MapGroup("/projects").RequireAuthorization(RolePolicies.Engineer);
        projects.MapGet("/", ListAsync);
        projects.MapPost("/", CreateAsync);
        projects.MapGet("/{p}", GetAsync);
        projects.MapPatch("/{p}", ChangeAsync);
    }

    private static Task<IReadOnlyList<ProjectRow>> ListAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => contexts.ListProjectsAsync(cancellationToken);

    private static async Task<IResult> GetAsync(
        string p,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            Results.Json(await contexts.GetProjectRowAsync(project.Id, cancellationToken))
        );

    private static async Task<IResult> CreateAsync(
        CreateProjectRequest request,
        ClaimsPrincipal user,
        CreateProject create,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var defaults = new ProjectSettings();
        var settings = defaults with
        {
            Description = request.Description ?? defaults.Description,
            Guideline = request.Guideline ?? defaults.Guideline,
            ContentWarning = request.ContentWarning ?? defaults.ContentWarning,
            Language = request.Language ?? defaults.Language,
            CompletionsPerTask = request.CompletionsPerTask ?? defaults.CompletionsPerTask,
            JudgementsPerTask = request.JudgementsPerTask ?? defaults.JudgementsPerTask,
        };
        var created = await create.RunAsync(
            request.Name,
            settings,
            [.. (request.Criteria ?? []).Select(ToCriterion)],
            isDemo: false,
            user.PersonId(),
            cancellationToken
        );
        return await created.Reply(async id =>
            Results.Created($"/api/projects/{id}", await contexts.GetProjectRowAsync(id, cancellationToken))
        );
    }

    private static async Task<IResult> ChangeAsync(
        string p,
        ChangeProjectRequest request,
        ClaimsPrincipal user,
        ChangeProject change,
        SaveCriterion save,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Refusal.Reply();
        }

        var project = found.Value;
        var criteria = (request.Criteria ?? []).Select(ToCriterion).ToList();
        // Looked at before anything is stored, so that a wrong criterion leaves the project as it was.
        if (criteria.Select(c => c.Check()).FirstOrDefault(r => r is not null) is { } refusal)
        {
            return refusal.Reply();
        }

        var changed = await change.RunAsync(
            project.Id,
            new ProjectSettings
            {
                Description = request.Description ?? project.Description,
                Guideline = request.Guideline ?? project.Guideline,
                ContentWarning = request.ContentWarning ?? project.ContentWarning,
                Language = request.Language ?? project.Language ?? "",
                CompletionsPerTask = request.CompletionsPerTask ?? project.CompletionsPerTask,
                JudgementsPerTask = request.JudgementsPerTask ?? project.JudgementsPerTask,
                MaxNewTokens = project.MaxNewTokens,
                Temperature = project.Temperature,
            },
            user.PersonId(),
            cancellationToken
        );
        foreach (var criterion in criteria)
        {
            changed = changed.Succeeded ? await save.RunAsync(project.Id, criterion, user.PersonId(), cancellationToken) : changed;
        }

        return await changed.Reply(async _ => Results.Json(await contexts.GetProjectRowAsync(project.Id, cancellationToken)));
    }

    private static NewCriterion ToCriterion(CriterionRow row) => new(row.Key, row.Name, row.Guideline, row.Weight);
}
