using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Projects;

/// <summary>Reads frozen preference sets.</summary>
internal static class PreferenceSetQueries
{
    /// <summary>The sets of a project, the newest first.</summary>
    public static async Task<IReadOnlyList<PreferenceSetRow>> ListSetsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sets = await db
            .PreferenceSets.AsNoTracking()
            .Where(s => s.ProjectId == projectId)
            .OrderByDescending(s => s.Number)
            .ToListAsync(cancellationToken);
        return [.. sets.Select(ToRow)];
    }

    /// <summary>The project's set with this number, id or hash (or the beginning of the hash).</summary>
    public static async Task<Outcome<PreferenceSetRow>> FindSetAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        string which,
        CancellationToken cancellationToken
    )
    {
        var sets = await contexts.ListSetsAsync(projectId, cancellationToken);
        var found = sets.Where(s =>
            s.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) == which
            || s.Id.ToString() == which
            || which.Length >= 8 && s.ContentHash.StartsWith(which, StringComparison.OrdinalIgnoreCase)
        );
        return found.FirstOrDefault() is { } set
            ? set
            : new Refusal("unknown-set", $"The project has no preference set '{which}'; give its number, id or hash.");
    }

    /// <summary>The wire form of a set.</summary>
    public static PreferenceSetRow ToRow(PreferenceSet set) =>
        new(
            set.Id,
            set.Number,
            set.ContentHash,
            set.Criteria,
            set.RankingCount,
            set.TrainCount,
            set.ValidationCount,
            set.TestCount,
            set.CreatedAt
        );
}
