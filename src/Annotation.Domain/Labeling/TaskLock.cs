using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Whoever hands out, answers or gives back a task holds its row first. So the count of answers and leases cannot
/// change while it is compared with how many are wanted.
/// </summary>
internal static class TaskLock
{
    /// <summary>Locks the task's row until the transaction ends and returns the task as it now is.</summary>
    public static async Task<LabelingTask> TakeAsync(AnnotationDbContext db, Guid taskId, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from labeling_tasks where id = {taskId} for no key update", cancellationToken);
        return await db.LabelingTasks.Include(t => t.Completions).SingleAsync(t => t.Id == taskId, cancellationToken);
    }

    /// <summary>
    /// Whether one more person can still judge the task: answers by distinct people and the leases that others hold
    /// are fewer than wanted. Exact only while the task is locked.
    /// </summary>
    public static async Task<bool> HasRoomAsync(
        AnnotationDbContext db,
        LabelingTask task,
        Guid personId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var leases = await db.Assignments.CountAsync(
            a => a.TaskId == task.Id && a.PersonId != personId && a.State == AssignmentState.Active && a.LeaseUntil > at,
            cancellationToken
        );
        return task.ClosedAt is null && task.JudgementCount + leases < task.JudgementsWanted;
    }

    /// <summary>An assignment of the person together with its task, locked; or why there is none.</summary>
    public static async Task<Outcome<HeldTask>> TakeForAsync(
        AnnotationDbContext db,
        Guid assignmentId,
        Guid personId,
        CancellationToken cancellationToken
    )
    {
        var taskId = await db
            .Assignments.Where(a => a.Id == assignmentId && a.PersonId == personId)
            .Select(a => (Guid?)a.TaskId)
            .SingleOrDefaultAsync(cancellationToken);
        if (taskId is null)
        {
            return new Refusal("unknown-assignment", "This task is not yours; ask for the next one.");
        }

        // Read after the lock, so that it is what the last holder left.
        var task = await TakeAsync(db, taskId.Value, cancellationToken);
        var assignment = await db.Assignments.SingleAsync(a => a.Id == assignmentId, cancellationToken);
        return new HeldTask(task, assignment);
    }

    /// <summary>The refusal for an assignment that has moved on.</summary>
    public static Refusal LeaseLost() =>
        new("lease-lost", "The time for this task ran out and somebody else has it now; ask for the next one.");
}

/// <summary>A locked task and one person's assignment to it.</summary>
internal sealed record HeldTask(LabelingTask Task, Assignment Assignment);
