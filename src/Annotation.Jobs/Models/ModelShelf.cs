using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Demo.Recipes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Jobs.Execution;
using Annotation.Learning.Models;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Models;

/// <summary>Finds registered models for runs, and puts what runs make into the store.</summary>
public sealed class ModelShelf(IDbContextFactory<AnnotationDbContext> contexts, ArtifactStore store)
{
    /// <summary>A registered model by id.</summary>
    public async Task<Model> GetAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Models.AsNoTracking().SingleAsync(m => m.Id == id, ct);
    }

    /// <summary>A registered model of a kind by name.</summary>
    /// <exception cref="RunFailedException">There is none, or it is of the other kind.</exception>
    public async Task<Model> FindAsync(string name, ModelKind kind, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == name, ct);
        return model switch
        {
            null => throw new RunFailedException($"There is no model named '{name}'; `models list` shows what there is."),
            _ when model.Kind != kind => throw new RunFailedException(
                $"Model '{name}' is a {model.Kind.ToString().ToLowerInvariant()} model, but a {kind.ToString().ToLowerInvariant()} model is needed here."
            ),
            _ => model,
        };
    }

    /// <summary>The policy a run starts from: the one named, else the project's promoted one, else <c>tiny</c>.</summary>
    public async Task<Model> FindBaseAsync(Guid? named, Guid? projectId, CancellationToken ct) =>
        await FindPolicyAsync(named, projectId, ct) ?? await FindAsync(TinyModel.Name, ModelKind.Policy, ct);

    /// <summary>The policy named, else the project's promoted one, else none.</summary>
    public async Task<Model?> FindPolicyAsync(Guid? named, Guid? projectId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var id = named ?? await db.Projects.Where(p => p.Id == projectId).Select(p => p.PromotedModelId).SingleOrDefaultAsync(ct);
        if (id is null)
        {
            return null;
        }
        var model = await GetAsync(id.Value, ct);
        return model.Kind == ModelKind.Policy
            ? model
            : throw new RunFailedException($"Model '{model.Name}' is a reward model; name a policy with --base, or leave it out.");
    }

    /// <summary>The folder of a registered model.</summary>
    public async Task<string> FolderAsync(Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var path = await db.Artifacts.Where(a => a.Id == model.ArtifactId).Select(a => a.Path).SingleAsync(ct);
        return store.FolderOf(path);
    }

    /// <summary>What the registry says of a network.</summary>
    public static JsonObject Describe(LanguageModelConfig config, JsonObject? measured = null)
    {
        var details = new JsonObject { ["config"] = JsonSerializer.SerializeToNode(config) };
        if (measured is not null)
        {
            details["measured"] = measured.DeepClone();
        }
        return details;
    }
}
