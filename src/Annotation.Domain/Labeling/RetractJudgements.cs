using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Takes somebody's judgements back: they count no longer, and their tasks open again for others.</summary>
public sealed class RetractJudgements(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Retracts the person's judgements in a project, all or of one task, one after the other, and returns how many
    /// those were. What was judged stays as written. The person is not asked about these tasks again.
    /// </summary>
    /// <param name="projectId">The project.</param>
    /// <param name="personId">Whose judgements.</param>
    /// <param name="taskId">Only this task; null for all.</param>
    /// <param name="retractedBy">Who takes them back.</param>
    /// <param name="cancellationToken">Stops the work; what is retracted by then stays so.</param>
    public async Task<Outcome<int>> RunAsync(
        Guid projectId,
        Guid personId,
        Guid? taskId,
        Guid retractedBy,
        CancellationToken cancellationToken
    )
    {
        List<Guid> taskIds;
        string? name;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            name = await db.People.Where(p => p.Id == personId).Select(p => p.UserName).SingleOrDefaultAsync(cancellationToken);
            taskIds = await db
                .Assignments.Where(a => a.PersonId == personId && a.ProjectId == projectId && a.State == AssignmentState.Submitted)
                .Where(a => taskId == null || a.TaskId == taskId)
                .OrderBy(a => a.TaskId)
                .Select(a => a.TaskId)
                .ToListAsync(cancellationToken);
        }

        if (name is null)
        {
            return new Refusal("unknown-person", $"There is no person {personId}.");
        }

        var count = 0;
        foreach (var id in taskIds)
        {
            count += await RetractAsync(id, personId, name, retractedBy, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    /// <summary>One judgement in a transaction of its own, so that labelers do not wait for thousands of locked tasks.</summary>
    private async Task<bool> RetractAsync(Guid taskId, Guid personId, string name, Guid retractedBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var task = await TaskLock.TakeAsync(db, taskId, cancellationToken);
        var assignment = await db.Assignments.SingleAsync(a => a.TaskId == taskId && a.PersonId == personId, cancellationToken);
        if (assignment.State != AssignmentState.Submitted)
        {
            return false;
        }

        var at = time.Now();
        var live = await db.Answers.Where(a => a.AssignmentId == assignment.Id).Live(db).Select(a => a.Id).ToListAsync(cancellationToken);
        db.Retractions.AddRange(
            live.Select(id => new Retraction
            {
                AnswerId = id,
                PersonId = retractedBy,
                At = at,
            })
        );
        assignment.State = AssignmentState.Retracted;
        assignment.EndedAt = at;
        // A correction that is on its way must not count again.
        assignment.Version++;
        task.TakeBackJudgement();
        db.Audit(at, retractedBy, "judgement.retracted", name, new { taskId });
        await db.SaveChangesAsync(cancellationToken);
        await Reservation.EndIfShortAsync(db, taskId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
