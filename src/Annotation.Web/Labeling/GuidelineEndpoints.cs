using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>A project's guideline: labelers read it and see what changed, engineers write it.</summary>
internal static class GuidelineEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapGuidelines(this IEndpointRouteBuilder api)
    {
        var labeling = api.MapGroup("/labeling/guideline").RequireAuthorization(RolePolicies.Labeler);
        labeling.MapGet("/", GetAsync).Produces<GuidelineView>();
        labeling.MapPost("/seen", SeenAsync).Produces(StatusCodes.Status204NoContent);
        api.MapPut("/projects/{p}/guideline", SaveAsync).RequireAuthorization(RolePolicies.Engineer).Produces<GuidelineView>();
    }

    /// <param name="project">Name or id.</param>
    private static async Task<IResult> GetAsync(
        string project,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        SafeMarkdown markdown,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(project, cancellationToken)).Reply(async found =>
            Results.Json(await contexts.GetGuidelineAsync(found.Id, user.PersonId(), markdown, cancellationToken))
        );

    private static async Task<IResult> SeenAsync(
        string project,
        GuidelineSeenRequest request,
        ClaimsPrincipal user,
        VisitGuideline visit,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(project, cancellationToken)).Reply(async found =>
            (await visit.RunAsync(found.Id, user.PersonId(), request.Version, cancellationToken)).Reply(_ => Results.NoContent())
        );

    private static async Task<IResult> SaveAsync(
        string p,
        SaveGuidelineRequest request,
        ClaimsPrincipal user,
        SaveGuideline save,
        IDbContextFactory<AnnotationDbContext> contexts,
        SafeMarkdown markdown,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Refusal.Reply();
        }

        var saved = await save.RunAsync(
            found.Value.Id,
            request.Text ?? "",
            request
                .Examples?.Select(e => new GuidelineExample(
                    e.Title ?? "",
                    e.Prompt ?? "",
                    [.. (e.Completions ?? []).Select(c => new ExampleCompletion(c.Text ?? "", c.Rank))],
                    e.Explanation ?? ""
                ))
                .ToList(),
            user.PersonId(),
            cancellationToken
        );
        return await saved.Reply(async _ =>
            Results.Json(await contexts.GetGuidelineAsync(found.Value.Id, user.PersonId(), markdown, cancellationToken))
        );
    }
}
