using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Models;

/// <summary>Finds everything that a model came from.</summary>
public sealed class TraceModel(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>
    /// The model and its ancestors, nearest first: the models its weights started from, the reward models that steered
    /// them, and with each the run that made it and the frozen judgements it learned from.
    /// </summary>
    public async Task<Outcome<IReadOnlyList<TracedModel>>> RunAsync(Guid modelId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = new List<TracedModel>();
        var waiting = new Queue<Guid>([modelId]);
        var seen = new HashSet<Guid> { modelId };
        while (waiting.TryDequeue(out var id))
        {
            if (await ReadAsync(db, id, cancellationToken) is not { } traced)
            {
                return new Refusal("unknown-model", $"There is no model {id}.");
            }

            found.Add(traced);
            foreach (var ancestor in traced.Ancestors().Where(seen.Add))
            {
                waiting.Enqueue(ancestor);
            }
        }

        return found;
    }

    private static async Task<TracedModel?> ReadAsync(AnnotationDbContext db, Guid modelId, CancellationToken cancellationToken)
    {
        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Id == modelId, cancellationToken);
        if (model is null)
        {
            return null;
        }

        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == model.RunId, cancellationToken);
        var setId = model.PreferenceSetId ?? run?.PreferenceSetId;
        var set = await db.PreferenceSets.AsNoTracking().SingleOrDefaultAsync(s => s.Id == setId, cancellationToken);
        return new TracedModel(model, run, set);
    }
}

/// <summary>One model of a lineage.</summary>
/// <param name="Model">The model.</param>
/// <param name="Run">The run that made it; null for an import.</param>
/// <param name="PreferenceSet">The judgements it learned from; null when it learned from none.</param>
public sealed record TracedModel(Model Model, Run? Run, PreferenceSet? PreferenceSet)
{
    /// <summary>The models that it came from at once: what its weights started from, and what steered them.</summary>
    public IEnumerable<Guid> Ancestors() =>
        new[] { Model.BaseModelId, Run?.BaseModelId, Run?.RewardModelId }.OfType<Guid>().Concat(Run?.MoreRewardModelIds ?? []);
}
