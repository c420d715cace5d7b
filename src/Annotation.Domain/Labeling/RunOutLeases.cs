using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>Gives back the places of people whose leases ran out.</summary>
internal static class RunOutLeases
{
    /// <summary>Ends up to 100 leases that ran out, of whatever project, passing over tasks that somebody is at right now.</summary>
    public static async Task EndAsync(NpgsqlConnection connection, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Sql, at);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // Only assignments whose task is locked here are ended, and the last update sees the locked row as it now is.
    private const string Sql = """
        with due as (
          select a.id, a.task_id from assignments a where a.state = 'active' and a.lease_until <= $1 order by a.lease_until limit 100
        ), task as (
          select t.id from labeling_tasks t where t.id in (select task_id from due) order by t.id for no key update skip locked
        ), ended as (
          update assignments a set state = 'expired', ended_at = $1
          from due join task on task.id = due.task_id
          where a.id = due.id and a.state = 'active' and a.lease_until <= $1
          returning a.task_id
        )
        update labeling_tasks t set lease_count = t.lease_count - e.places
        from (select task_id, count(*) as places from ended group by task_id) e
        where t.id = e.task_id
        """;
}
