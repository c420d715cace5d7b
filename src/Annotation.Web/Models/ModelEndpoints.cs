using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
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
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindModelAsync(m, cancellationToken)).Reply(async model =>
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var artifact = await db.Artifacts.AsNoTracking().SingleAsync(a => a.Id == model.ArtifactId, cancellationToken);
            var folder = store.FolderOf(artifact.Path);
            return Results.Stream(
                target => ModelArchive.PackAsync(folder, target, cancellationToken),
                "application/x-tar",
                $"{model.Name}.tar"
            );
        });
}
