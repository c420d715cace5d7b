using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Models;

/// <summary>The registry of models.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapModels(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("/models").RequireAuthorization(RolePolicies.Engineer);
        models.MapGet("/", ListAsync);
        models.MapGet("/{m}", GetAsync);
        models.MapGet("/{m}/files", GetFilesAsync);
        models.MapPost("/", ImportAsync);
        models.MapPost("/{m}/promote", PromoteAsync);
    }

    private static Task<IReadOnlyList<ModelRow>> ListAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => contexts.ListModelsAsync(cancellationToken);

    private static async Task<IResult> GetAsync(
        string m,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindModelAsync(m, cancellationToken)).Reply(async model =>
            Results.Json(await contexts.GetModelRowAsync(model.Id, cancellationToken))
        );

    private static async Task<IResult> GetFilesAsync(
        string m,
        ArtifactStore store,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken,
        bool adapter = false
    ) =>
        await (await contexts.FindModelAsync(m, cancellationToken)).Reply(async model =>
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var artifact = await db.Artifacts.AsNoTracking().SingleAsync(a => a.Id == model.ArtifactId, cancellationToken);
            var folder = store.FolderOf(artifact.Path);
            if (adapter && !Directory.Exists(folder = Path.Combine(folder, ModelArchive.AdapterFolder)))
            {
                return Replies.Refuse(
                    StatusCodes.Status400BadRequest,
                    "no-adapter",
                    $"Model '{model.Name}' has no adapter of its own; export it whole, or train one with LoraRank above 0."
                );
            }

            return Results.Stream(
                target => ModelArchive.PackAsync(folder, target, cancellationToken),
                "application/x-tar",
                $"{model.Name}{(adapter ? "-adapter" : "")}.tar"
            );
        });

    private static async Task<IResult> ImportAsync(
        string name,
        HttpContext context,
        ModelUpload upload,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken,
        string? @base = null
    )
    {
        Guid? baseModel = null;
        if (!string.IsNullOrWhiteSpace(@base))
        {
            var found = await contexts.FindModelAsync(@base, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Reply();
            }

            baseModel = found.Value.Id;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ModelArchive.MaxBytes;
        }

        return (await upload.RunAsync(name, baseModel, context.Request.Body, context.User.PersonId(), cancellationToken)).Reply();
    }

    private static async Task<IResult> PromoteAsync(
        string m,
        PromoteRequest request,
        ClaimsPrincipal user,
        PromoteModel promote,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindModelAsync(m, cancellationToken)).Reply(async model =>
        {
            var where = request.Project ?? (await contexts.GetModelRowAsync(model.Id, cancellationToken)).Project;
            if (where is null)
            {
                return Replies.Refuse(
                    StatusCodes.Status400BadRequest,
                    "missing-project",
                    $"No project made '{model.Name}'; say in which project to promote it (--project)."
                );
            }

            return await (await contexts.FindProjectAsync(where, cancellationToken)).Reply(async project =>
                await (await promote.RunAsync(project.Id, model.Id, user.PersonId(), cancellationToken)).Reply(async _ =>
                    Results.Json(await contexts.GetModelRowAsync(model.Id, cancellationToken))
                )
            );
        });
}
