using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>Shows a labeler a task of their own again, with what they answered and what they have so far.</summary>
public sealed class LookUpAssignment(IDbContextFactory<AnnotationDbContext> contexts, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The task as it was handed out. Changes nothing; a submitted one can be corrected by submitting again.</summary>
    public async Task<Outcome<ClaimedTask>> RunAsync(Guid assignmentId, Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var batch = database.CreateBatch();
        return await db.Assignments.AnyAsync(a => a.Id == assignmentId && a.PersonId == personId, cancellationToken)
            ? await ClaimedTask.ReadAsync(batch, assignmentId, time.Now(), cancellationToken)
            : new Refusal("unknown-assignment", "There is no such task of yours.");
    }
}
