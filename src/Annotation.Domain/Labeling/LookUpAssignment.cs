using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Shows a labeler a task of their own again, with what they answered and what they have so far.</summary>
public sealed class LookUpAssignment(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>The task as it was handed out. Changes nothing; a submitted one can be corrected by submitting again.</summary>
    public async Task<Outcome<ClaimedTask>> RunAsync(Guid assignmentId, Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var assignment = await db
            .Assignments.AsNoTracking()
            .SingleOrDefaultAsync(a => a.Id == assignmentId && a.PersonId == personId, cancellationToken);
        return assignment is null
            ? new Refusal("unknown-assignment", "There is no such task of yours.")
            : await ClaimedTask.ReadAsync(db, assignment, cancellationToken);
    }
}
