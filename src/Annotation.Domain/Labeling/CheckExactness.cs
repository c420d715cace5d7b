using System.Data;
using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>Proves that every task has the judgements it should have: one query over all that is stored.</summary>
public sealed class CheckExactness(NpgsqlDataSource database)
{
    private const int Most = 1000;

    /// <summary>
    /// The tasks that are off, at most 1000, each with what is wrong; none when all is as promised: the live judgements
    /// by distinct people are what the task counts, they equal the k at which it closed, an open task waits for more,
    /// and the places held are those of the leases.
    /// </summary>
    /// <param name="projectId">Only this project; null for all.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<ExactnessReport> RunAsync(Guid? projectId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot for both statements.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "select count(*), count(closed_at) from labeling_tasks where $1 in (project_id, $2)",
            projectId ?? Guid.Empty,
            Guid.Empty
        );
        batch.Add(Sql, projectId ?? Guid.Empty, Guid.Empty, Most);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (tasks, closed) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken);
        var off = new List<TaskOff>();
        while (await reader.ReadAsync(cancellationToken))
        {
            off.Add(
                new TaskOff(
                    reader.GetGuid(0),
                    reader.GetInt64(1),
                    reader.GetInt32(2),
                    reader.GetInt32(3),
                    reader.MaybeValue<int>(4),
                    reader.GetInt64(5),
                    reader.GetInt32(6)
                )
            );
        }

        return new ExactnessReport(tasks, closed, off);
    }

    private const string Sql = """
        with live as (
          select a.task_id, count(distinct a.person_id) as people
          from answers a
          where not exists (select 1 from answers later where later.supersedes_id = a.id)
            and not exists (select 1 from retractions r where r.answer_id = a.id)
          group by a.task_id
        ), held as (
          select task_id,
                 count(*) filter (where state = 'submitted') as submitted,
                 count(*) filter (where state = 'active') as leases
          from assignments group by task_id
        )
        select t.id, coalesce(live.people, 0), t.judgement_count, t.judgements_wanted, t.closed_judgements, coalesce(held.leases, 0), t.lease_count
        from labeling_tasks t left join live on live.task_id = t.id left join held on held.task_id = t.id
        where ($1 = $2 or t.project_id = $1)
          and (coalesce(live.people, 0) <> t.judgement_count
            or coalesce(held.submitted, 0) <> t.judgement_count
            or coalesce(held.leases, 0) <> t.lease_count
            or t.judgement_count + t.lease_count > t.judgements_wanted
            or t.closed_at is not null and t.closed_judgements is distinct from live.people
            or t.closed_at is null and t.judgement_count >= t.judgements_wanted)
        order by t.id limit $3
        """;
}

/// <summary>What the check found.</summary>
/// <param name="TaskCount">Tasks looked at.</param>
/// <param name="ClosedCount">Those among them that have all the judgements they want.</param>
/// <param name="Off">Tasks that are not as promised.</param>
public sealed record ExactnessReport(long TaskCount, long ClosedCount, IReadOnlyList<TaskOff> Off);

/// <summary>A task whose judgements are not as promised.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="LivePeople">Distinct people with a live judgement of it.</param>
/// <param name="JudgementCount">What the task counts.</param>
/// <param name="JudgementsWanted">What it wants.</param>
/// <param name="ClosedJudgements">The k at which it closed; null while open.</param>
/// <param name="Leases">Assignments that hold it.</param>
/// <param name="LeaseCount">How many the task counts.</param>
public sealed record TaskOff(
    Guid TaskId,
    long LivePeople,
    int JudgementCount,
    int JudgementsWanted,
    int? ClosedJudgements,
    long Leases,
    int LeaseCount
);
