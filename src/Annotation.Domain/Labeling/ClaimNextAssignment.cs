using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Hands a labeler the next task.</summary>
/// <param name="contexts">The database.</param>
/// <param name="time">When leases begin and end.</param>
/// <param name="shuffler">Chooses the order in which completions are shown.</param>
public sealed class ClaimNextAssignment(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time, ShownOrderShuffler shuffler)
{
    /// <summary>
    /// The task the person already holds, else the open task with the highest priority (the oldest among equals) that
    /// the person has neither judged nor skipped and that has room for one more. Refused with <c>no-task</c> when
    /// there is none.
    /// </summary>
    /// <param name="personId">The labeler.</param>
    /// <param name="projectId">Only tasks of this project; null for all projects.</param>
    /// <param name="holding">Assignments of theirs that the caller shows already and wants one beside, to fetch ahead.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<ClaimedTask>> RunAsync(
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two tabs of one person must not be handed two tasks: the person's own row makes them take turns.
        await db.Database.ExecuteSqlAsync($"select 1 from people where id = {personId} for no key update", cancellationToken);
        if (!await db.People.AnyAsync(p => p.Id == personId && p.DisabledAt == null, cancellationToken))
        {
            return new Refusal("unknown-person", "Your account is not active; ask an admin.");
        }

        var at = time.Now();
        // A page also names what it has just submitted; only what is still open counts.
        var held = await db.Assignments.CountAsync(
            a => a.PersonId == personId && a.State == AssignmentState.Active && a.LeaseUntil > at && holding.Contains(a.Id),
            cancellationToken
        );
        if (held > LeaseSettings.MaxAhead)
        {
            return new Refusal("too-many-held", $"Finish one of the {held} tasks that you hold first.");
        }

        var assignment =
            await HeldAsync(db, personId, projectId, holding, at, cancellationToken)
            ?? await NextAsync(db, personId, projectId, holding, at, cancellationToken);
        if (assignment is null)
        {
            return new Refusal("no-task", "There is nothing to label right now; come back later.");
        }

        assignment.LeaseUntil = at + LeaseSettings.Duration;
        await db.SaveChangesAsync(cancellationToken);
        var claimed = await ClaimedTask.ReadAsync(db, assignment, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return claimed;
    }

    private static Task<Assignment?> HeldAsync(
        AnnotationDbContext db,
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) =>
        db
            .Assignments.Where(a => a.PersonId == personId && a.State == AssignmentState.Active && a.LeaseUntil > at)
            .Where(a => !holding.Contains(a.Id))
            .Where(a => projectId == null || db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == projectId))
            .OrderBy(a => a.ClaimedAt)
            .FirstOrDefaultAsync(cancellationToken);

    private async Task<Assignment?> NextAsync(
        AnnotationDbContext db,
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var passed = new List<Guid>();
        while (await LockCandidateAsync(db, personId, projectId, holding, at, passed, cancellationToken) is { } taskId)
        {
            var task = await TaskLock.TakeAsync(db, taskId, cancellationToken);
            // The candidate was chosen by a snapshot from before the lock; only now does the count hold.
            if (await TaskLock.HasRoomAsync(db, task, personId, at, cancellationToken))
            {
                return await LeaseAsync(db, task, personId, at, cancellationToken);
            }

            passed.Add(taskId);
        }

        return null;
    }

    private static Task<Guid?> LockCandidateAsync(
        AnnotationDbContext db,
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset at,
        List<Guid> passed,
        CancellationToken cancellationToken
    ) =>
        db
            .Database.SqlQuery<Guid?>(
                $"""
                select t.id as "Value" from labeling_tasks t
                where t.closed_at is null
                  and ({projectId}::uuid is null or t.project_id = {projectId})
                  and t.id <> all ({passed.ToArray()})
                  and not exists (
                    select 1 from assignments mine
                    where mine.task_id = t.id and mine.person_id = {personId}
                      and (mine.state in ('submitted', 'skipped') or mine.id = any ({holding.ToArray()})))
                  and t.judgement_count + (
                    select count(*) from assignments lease
                    where lease.task_id = t.id and lease.person_id <> {personId}
                      and lease.state = 'active' and lease.lease_until > {at}) < t.judgements_wanted
                order by t.priority desc, t.id
                limit 1
                for no key update of t skip locked
                """
            )
            .AsAsyncEnumerable()
            .FirstOrDefaultAsync(cancellationToken)
            .AsTask();

    private async Task<Assignment> LeaseAsync(
        AnnotationDbContext db,
        LabelingTask task,
        Guid personId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        // Leases that ran out are over for good once the task is handed on.
        await db
            .Assignments.Where(a =>
                a.TaskId == task.Id && a.PersonId != personId && a.State == AssignmentState.Active && a.LeaseUntil <= at
            )
            .ExecuteUpdateAsync(
                a => a.SetProperty(x => x.State, AssignmentState.Expired).SetProperty(x => x.EndedAt, at),
                cancellationToken
            );
        var versions = await db
            .Projects.Where(p => p.Id == task.ProjectId)
            .Select(p => new { p.GuidelineVersion, p.QuestionnaireVersion })
            .SingleAsync(cancellationToken);
        var earlier = await db.Assignments.SingleOrDefaultAsync(a => a.TaskId == task.Id && a.PersonId == personId, cancellationToken);
        if (earlier is not null)
        {
            earlier.State = AssignmentState.Active;
            earlier.Version++;
            earlier.ClaimedAt = at;
            earlier.EndedAt = null;
            earlier.GuidelineVersion = versions.GuidelineVersion;
            earlier.QuestionnaireVersion = versions.QuestionnaireVersion;
            return earlier;
        }

        var assignment = new Assignment
        {
            TaskId = task.Id,
            PersonId = personId,
            LeaseUntil = at,
            ClaimedAt = at,
            GuidelineVersion = versions.GuidelineVersion,
            QuestionnaireVersion = versions.QuestionnaireVersion,
            ShownOrder = shuffler.Shuffle([.. task.Completions.OrderBy(c => c.Position).Select(c => c.CompletionId)]),
        };
        db.Assignments.Add(assignment);
        return assignment;
    }
}
