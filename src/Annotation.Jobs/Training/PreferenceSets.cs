using System.Globalization;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Annotation.Jobs.Execution;
using Annotation.Learning.RewardModeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Training;

/// <summary>Finds the preference set that a run learns from, and the heads that follow from it.</summary>
public sealed class PreferenceSets(IDbContextFactory<AnnotationDbContext> contexts, FreezePreferenceSet freeze)
{
    /// <summary>The set the run names by id or by number, else the project's rankings as they are now, frozen.</summary>
    /// <exception cref="RunFailedException">There is no such set, or nothing to freeze.</exception>
    public async Task<PreferenceSet> FindAsync(RunContext context, CancellationToken ct)
    {
        var project =
            context.Run.ProjectId ?? throw new RunFailedException("A training on rankings needs a project; name it with --project.");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var sets = db.PreferenceSets.AsNoTracking().Where(s => s.ProjectId == project);
        if (context.Run.PreferenceSetId is { } id)
        {
            return await sets.SingleAsync(s => s.Id == id, ct);
        }
        if (context.Pairs.Find("set") is { } named)
        {
            return
                int.TryParse(named, CultureInfo.InvariantCulture, out var number)
                && await sets.SingleOrDefaultAsync(s => s.Number == number, ct) is { } set
                ? set
                : throw new RunFailedException($"The project has no preference set {named}; `sets list` shows the numbers there are.");
        }
        var frozen = await freeze.RunAsync(project, null, ct);
        return frozen.Succeeded
            ? await sets.SingleAsync(s => s.Id == frozen.Value.Id, ct)
            : throw new RunFailedException(frozen.Refusal.Sentence);
    }

    /// <summary>The criteria of a set with the project's weights; a criterion that the project no longer has weighs 0.</summary>
    public async Task<IReadOnlyList<WeightedCriterion>> WeighAsync(PreferenceSet set, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var weights = await db.Criteria.Where(c => c.ProjectId == set.ProjectId).ToDictionaryAsync(c => c.Key, c => c.Weight, ct);
        return [.. set.Criteria.Select(key => new WeightedCriterion(key, weights.GetValueOrDefault(key)))];
    }
}
