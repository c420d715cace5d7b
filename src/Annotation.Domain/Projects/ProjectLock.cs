using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Makes changes that count within a project (numbers, sets, imports) wait for each other.</summary>
internal static class ProjectLock
{
    /// <summary>Locks the project's row until the transaction ends and returns it as it now is; null if unknown.</summary>
    public static async Task<Project?> TakeAsync(AnnotationDbContext db, Guid projectId, CancellationToken cancellationToken)
    {
        // Weaker than "for update": rows that refer to the project can still be inserted meanwhile.
        await db.Database.ExecuteSqlAsync($"select 1 from projects where id = {projectId} for no key update", cancellationToken);
        return await db.Projects.Include(p => p.Criteria).SingleOrDefaultAsync(p => p.Id == projectId, cancellationToken);
    }
}
