using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Whoever hands out, answers or gives back a task holds its row first. So the count of answers and leases cannot
/// change while it is compared with how many are wanted.
/// </summary>
internal static class TaskLock
{
    /// <summary>Locks the task's row until the transaction ends and returns the task as it now is.</summary>
    public static async Task<LabelingTask> TakeAsync(AnnotationDbContext db, Guid taskId, CancellationToken cancellationToken) =>
        // Nothing composed on it, so that it is the row itself that is locked.
        (
            await db
                .LabelingTasks.FromSql($"select * from labeling_tasks where id = {taskId} for no key update")
                .ToListAsync(cancellationToken)
        )[0];

    /// <summary>An assignment of the person together with its task, locked; or why there is none.</summary>
    public static async Task<Outcome<HeldTask>> TakeForAsync(
        AnnotationDbContext db,
        Guid assignmentId,
        Guid personId,
        CancellationToken cancellationToken
    )
    {
        await using (var batch = db.CreateBatch())
        {
            AddTo(batch, assignmentId, personId);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return Unknown();
            }
        }

        return await ReadAsync(db, assignmentId, cancellationToken);
    }

    /// <summary>Adds the statement that locks the task of this person's assignment; its result has a row if there is one.</summary>
    public static void AddTo(NpgsqlBatch batch, Guid assignmentId, Guid personId) =>
        batch.Add(
            """
            select 1 from labeling_tasks
            where id = (select task_id from assignments where id = $1 and person_id = $2)
            for no key update
            """,
            assignmentId,
            personId
        );

    /// <summary>Task and assignment, read after the lock, so that they are what the last holder left.</summary>
    public static Task<HeldTask> ReadAsync(AnnotationDbContext db, Guid assignmentId, CancellationToken cancellationToken) =>
        db
            .Assignments.Where(a => a.Id == assignmentId)
            .Join(
                db.LabelingTasks,
                a => a.TaskId,
                t => t.Id,
                (a, t) =>
                    new HeldTask(t, a)
                    {
                        SeatTaken =
                            t.TwoSided
                            && db.Assignments.Any(o =>
                                o.TaskId == t.Id
                                && o.Id != a.Id
                                && o.Seat == a.Seat
                                && (o.State == AssignmentState.Active || o.State == AssignmentState.Submitted)
                            ),
                    }
            )
            .SingleAsync(cancellationToken);

    /// <summary>The refusal for an assignment that there is not, or that is another person's.</summary>
    public static Refusal Unknown() => new("unknown-assignment", "This task is not yours; ask for the next one.");

    /// <summary>The refusal for an assignment that has moved on.</summary>
    public static Refusal LeaseLost(
        string sentence = "The time for this task ran out and somebody else has it now; ask for the next one."
    ) => new("lease-lost", sentence);
}

/// <summary>A locked task and one person's assignment to it.</summary>
internal sealed record HeldTask(LabelingTask Task, Assignment Assignment)
{
    /// <summary>Whether somebody else has the person's side of a dialogue of two.</summary>
    public bool SeatTaken { get; init; }

    /// <summary>
    /// Whether the assignment has a place among the wanted judgements or can have one: a lease that ran out is
    /// honoured as long as nobody else has taken the place.
    /// </summary>
    public bool CanHold() =>
        Assignment.State == AssignmentState.Active || (Assignment.State == AssignmentState.Expired && Task.HasRoom && !SeatTaken);

    /// <summary>Takes the place again when the lease had run out; only when it <see cref="CanHold"/>.</summary>
    public void Hold()
    {
        if (Assignment.State == AssignmentState.Expired)
        {
            Task.TakePlace();
            Assignment.State = AssignmentState.Active;
            Assignment.EndedAt = null;
        }
    }
}
