using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>Hands a labeler the next task.</summary>
/// <param name="database">The database.</param>
/// <param name="time">When leases begin and end.</param>
/// <param name="shuffler">Chooses the order in which completions are shown.</param>
public sealed class ClaimNextAssignment(NpgsqlDataSource database, TimeProvider time, ShownOrderShuffler shuffler)
{
    /// <summary>
    /// The task the person already holds; else the next one that has room: first what is assigned to the person, then
    /// to a team of theirs, then what is for everybody, each by priority (the oldest among equals). Never a task that
    /// the person has judged, or wrote a completion of, or skipped (unless the project brings skipped ones back), nor
    /// one in a language or of a category that the person does not take. Refused with <c>no-task</c> when there is none, and
    /// with <c>limit-reached</c> when the project gives one person no more.
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
        while (true)
        {
            if (await TryAsync(personId, projectId, holding, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <summary>Null when another tab of the person took up the task that was found, at this very moment: then all is to be read anew.</summary>
    private async Task<Outcome<ClaimedTask>?> TryAsync(
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var at = time.Now();
        var claimer = await Claimer.LockAsync(connection, personId, projectId, holding, at, cancellationToken);
        if (claimer is { LeasesRanOut: true })
        {
            // Their places are free, and the person's own among them count no longer: what there is must be seen after that.
            await RunOutLeases.EndAsync(connection, at, cancellationToken);
            claimer = await Claimer.LockAsync(connection, personId, projectId, holding, at, cancellationToken);
        }

        if (claimer is null)
        {
            return new Refusal("unknown-person", "Your account is not active; ask an admin.");
        }

        if (projectId is { } wanted && !claimer.ProjectFound)
        {
            return new Refusal("unknown-project", $"There is no project '{wanted}'; `annotation projects list` shows all.");
        }

        // A page also names what it has just submitted; only what is still open counts.
        var beside = claimer.Held.Count(h => h.LeaseUntil > at && holding.Contains(h.AssignmentId));
        if (beside > LeaseSettings.MaxAhead)
        {
            return new Refusal("too-many-held", $"Finish one of the {beside} tasks that you hold first.");
        }

        if (await HeldAsync(connection, claimer, projectId, at, cancellationToken) is { } held)
        {
            await transaction.CommitAsync(cancellationToken);
            return held;
        }

        if (await new NextTaskSearch(connection, claimer, at).LockAsync(cancellationToken) is { } found)
        {
            var claimed = await LeaseAsync(connection, claimer, found, at, cancellationToken);
            return claimed is null ? null : (Outcome<ClaimedTask>)claimed;
        }

        // Leases that ran out were ended.
        await transaction.CommitAsync(cancellationToken);
        return Nothing(claimer);
    }

    private static Refusal Nothing(Claimer claimer) =>
        claimer.ReachedLimit
            ? new(
                "limit-reached",
                "You have judged as many tasks as one person may here; thank you, and come back tomorrow or choose another project."
            )
            : new("no-task", "There is nothing to label right now; come back later.");

    private static async Task<ClaimedTask?> HeldAsync(
        NpgsqlConnection connection,
        Claimer claimer,
        Guid? projectId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        foreach (var held in claimer.Held.Where(h => h.LeaseUntil > at && !claimer.Holding.Contains(h.AssignmentId)))
        {
            if (projectId is not null && held.ProjectId != projectId)
            {
                continue;
            }

            await using var batch = new NpgsqlBatch(connection);
            // The lease may run out at this very moment, seen by somebody else: then it is theirs.
            // Whoever opts out of a category while holding such a task does not get it again.
            batch.Add(
                """
                update assignments a set lease_until = $2 where id = $1 and state = 'active' and not exists (
                  select 1 from labeling_tasks t join prompts p on p.id = t.prompt_id where t.id = a.task_id and p.content_flags && $3)
                """,
                held.AssignmentId,
                at + LeaseSettings.Duration,
                claimer.OptedOut
            );
            ClaimedTask.AddTo(batch, held.AssignmentId, at);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (batch.BatchCommands[0].RecordsAffected == 1)
            {
                return await ClaimedTask.ReadAsync(reader, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Leases the task and commits, in one exchange; null when the person has it already, under whatever name.</summary>
    private async Task<ClaimedTask?> LeaseAsync(
        NpgsqlConnection connection,
        Claimer claimer,
        FoundTask task,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var assignmentId = task.EarlierAssignmentId ?? Guid.CreateVersion7();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            LeaseSql,
            assignmentId,
            task.TaskId,
            claimer.PersonId,
            at + LeaseSettings.Duration,
            shuffler.Shuffle(task.CompletionIds),
            at
        );
        ClaimedTask.AddTo(batch, assignmentId, at);
        batch.Add("commit");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var claimed = await ClaimedTask.ReadAsync(reader, cancellationToken);
        // Only after the last result is it known that the commit went through.
        while (await reader.NextResultAsync(cancellationToken)) { }
        return batch.BatchCommands[0].RecordsAffected == 1 ? claimed : null;
    }

    // There is one assignment per task and person, ever: handed out anew it keeps its shown order and gets the next version.
    // The search saw it as it was before the task was locked: a submit or a heartbeat of the same person may have come between,
    // and then nothing is leased and no place is taken.
    // Of a dialogue of two people the first to come is the assistant: the prompt ends with the user's turn.
    private const string LeaseSql = """
        with leased as (
          insert into assignments (
            id, task_id, project_id, person_id, version, lease_until, shown_order, state, claimed_at, guideline_version, questionnaire_version, seat)
          select $1, t.id, t.project_id, $3, 1, $4, $5, 'active', $6, p.guideline_version, p.questionnaire_version,
            case when not t.two_sided then 'both'
                 when exists (
                   select 1 from assignments other
                   where other.task_id = t.id and other.person_id <> $3 and other.state in ('active', 'submitted') and other.seat = 'assistant')
                 then 'user' else 'assistant' end
          from labeling_tasks t join projects p on p.id = t.project_id
          where t.id = $2
          on conflict (task_id, person_id) do update
            set state = 'active', version = assignments.version + 1, lease_until = excluded.lease_until, claimed_at = excluded.claimed_at,
                ended_at = null, guideline_version = excluded.guideline_version, questionnaire_version = excluded.questionnaire_version,
                seat = excluded.seat
            where assignments.state in ('expired', 'skipped')
          returning 1)
        update labeling_tasks set lease_count = lease_count + 1 where id = $2 and exists (select 1 from leased)
        """;
}
