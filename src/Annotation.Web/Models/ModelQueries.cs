using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Models;

/// <summary>Reads registered models with their lineage.</summary>
internal static class ModelQueries
{
    /// <summary>The model with this name or id.</summary>
    public static async Task<Outcome<Model>> FindModelAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string nameOrId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = Guid.TryParse(nameOrId, out var parsed) ? parsed : Guid.Empty;
        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == nameOrId || m.Id == id, cancellationToken);
        return model is null ? new Refusal("unknown-model", $"There is no model '{nameOrId}'; `annotation models list` shows all.") : model;
    }

    /// <summary>All models, the newest first.</summary>
    public static async Task<IReadOnlyList<ModelRow>> ListModelsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await RowsAsync(db, db.Models.OrderByDescending(m => m.CreatedAt), cancellationToken);
    }

    /// <summary>One model.</summary>
    public static async Task<ModelRow> GetModelRowAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await RowsAsync(db, db.Models.Where(m => m.Id == id), cancellationToken)).Single();
    }

    private static async Task<IReadOnlyList<ModelRow>> RowsAsync(
        AnnotationDbContext db,
        IQueryable<Model> models,
        CancellationToken cancellationToken
    )
    {
        var rows = await models
            .AsNoTracking()
            .Select(m => new
            {
                Model = m,
                Sha256 = db.Artifacts.Where(a => a.Id == m.ArtifactId).Select(a => a.Sha256).First(),
                Base = db.Models.Where(b => b.Id == m.BaseModelId).Select(b => b.Name).FirstOrDefault(),
                Run = db
                    .Runs.Where(r => r.Id == m.RunId)
                    .Select(r => new
                    {
                        r.Number,
                        r.ProjectId,
                        r.RewardModelId,
                    })
                    .FirstOrDefault(),
                SetHash = db.PreferenceSets.Where(s => s.Id == m.PreferenceSetId).Select(s => s.ContentHash).FirstOrDefault(),
                PromotedIn = db.Projects.Where(p => p.PromotedModelId == m.Id).Select(p => p.Name).ToList(),
            })
            .ToListAsync(cancellationToken);
        var projects = await db.Projects.ToDictionaryAsync(p => p.Id, p => p.Name, cancellationToken);
        var rewardIds = rows.Select(r => r.Run?.RewardModelId).ToList();
        var rewards = await db.Models.Where(m => rewardIds.Contains(m.Id)).ToDictionaryAsync(m => m.Id, m => m.Name, cancellationToken);
        return
        [
            .. rows.Select(row => new ModelRow(
                row.Model.Id,
                row.Model.Name,
                row.Model.Kind.ToString().ToLowerInvariant(),
                row.Model.Architecture,
                row.Model.ParameterCount,
                row.Sha256,
                row.Base,
                row.Model.RunId,
                row.Run?.Number,
                row.Run?.ProjectId is { } project ? projects[project] : null,
                row.Model.PreferenceSetId,
                row.SetHash,
                row.Run?.RewardModelId is { } reward ? rewards[reward] : null,
                row.Model.Criteria ?? [],
                row.PromotedIn,
                JsonSerializer.Deserialize<JsonElement>(row.Model.Details),
                row.Model.CreatedAt
            )),
        ];
    }
}
