using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Notes which version of a guideline a labeler has read, so that the next visit shows what changed since.</summary>
public sealed class VisitGuideline(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the version, if it is newer than the one noted, and returns the one that is noted.</summary>
    public async Task<Outcome<int>> RunAsync(Guid projectId, Guid personId, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.GuidelineTexts.AnyAsync(g => g.ProjectId == projectId && g.Version == version, cancellationToken))
        {
            return new Refusal("unknown-guideline", $"The project's guideline has no version {version}.");
        }

        var at = time.Now();
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into guideline_visits (person_id, project_id, version, at) values ({personId}, {projectId}, {version}, {at})
            on conflict (person_id, project_id) do update
                set version = greatest(guideline_visits.version, excluded.version), at = excluded.at
            """,
            cancellationToken
        );
        return await db
            .GuidelineVisits.Where(v => v.PersonId == personId && v.ProjectId == projectId)
            .Select(v => v.Version)
            .SingleAsync(cancellationToken);
    }
}
