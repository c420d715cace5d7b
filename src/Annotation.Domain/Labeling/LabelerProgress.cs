using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>How far a labeler is in the project of an assignment: for the eye, shown beside the task.</summary>
/// <param name="DoneToday">Tasks judged today (UTC).</param>
/// <param name="OpenTaskCount">Those of the next <see cref="OpenTaskLimit"/> open tasks that are still for this labeler.</param>
/// <param name="SeenGuidelineVersion">The guideline version that the labeler last said to have read; null: never.</param>
public sealed record LabelerProgress(int DoneToday, int OpenTaskCount, int? SeenGuidelineVersion)
{
    /// <summary>So many open tasks are looked at, so that counting costs the same in a project of any size.</summary>
    public const int OpenTaskLimit = 100;

    private static readonly string Sql = $"""
        select (select count(*) from assignments done
                where done.person_id = a.person_id and done.ended_at >= $2 and done.project_id = a.project_id and done.state = 'submitted'),
               (select count(*) from (
                  select x.id from labeling_tasks x
                  where x.project_id = a.project_id and x.lane = '{Guid.Empty}' and x.open
                  order by x.priority desc, x.id limit {OpenTaskLimit}) near
                where not exists (
                  select 1 from assignments mine
                  where mine.task_id = near.id and mine.person_id = a.person_id and mine.state not in ('active', 'expired'))),
               (select v.version from guideline_visits v where v.person_id = a.person_id and v.project_id = a.project_id)
        from assignments a where a.id = $1
        """;

    /// <summary>Adds what <see cref="ReadAsync"/> reads.</summary>
    internal static void AddTo(NpgsqlBatch batch, Guid assignmentId, DateTimeOffset at) =>
        batch.Add(Sql, assignmentId, new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero));

    /// <summary>Reads it from the current result.</summary>
    internal static async Task<LabelerProgress> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        return new LabelerProgress((int)reader.GetInt64(0), (int)reader.GetInt64(1), reader.MaybeValue<int>(2));
    }
}
