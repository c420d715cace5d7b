using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Finds and locks the next task of a labeler. Tasks lie in lanes, of a person, a team or everybody, and within a lane
/// in the order in which they are handed out; an index has each lane, and each language of a lane, in that order, with
/// only the tasks that have room in it. So the search costs the same in a project of any size.
/// </summary>
internal sealed class NextTaskSearch(NpgsqlConnection connection, Claimer claimer, DateTimeOffset at)
{
    /// <summary>How long a skipped task stays away from the person who skipped it, where the project brings it back.</summary>
    public static readonly TimeSpan BackAfter = TimeSpan.FromMinutes(10);

    private bool ByLanguage => claimer.Languages.Length > 0;

    /// <summary>Locks the task until the transaction ends; null when there is none for this labeler.</summary>
    public async Task<FoundTask?> LockAsync(CancellationToken cancellationToken)
    {
        if (claimer.Projects.Length == 0)
        {
            return null;
        }

        return await ReadAsync(AlongEveryWay, [.. Common, claimer.Projects, .. Languages], cancellationToken)
            ?? (claimer.ProjectsThatBringBack.Length == 0 ? null : await SkippedAsync(cancellationToken));
    }

    /// <summary>The person and what they do not want to see; then the parameters of the statement.</summary>
    private object[] Common => [claimer.PersonId, claimer.Holding, claimer.OptedOut];

    /// <summary>The last parameter, where the person takes not every language; what nobody said the language of is for everybody.</summary>
    private object[] Languages => ByLanguage ? [(string[])["", .. claimer.Languages]] : [];

    private string NotOptedOut =>
        claimer.OptedOut.Length == 0 ? "" : " and not (select p.content_flags && $3 from prompts p where p.id = t.prompt_id)";

    // The ways are each lane and language that has a task for the person, best first. Others may be locking the best task of
    // a way at this moment: the search goes past it, along the same index. A way is tried only when those before it gave
    // nothing, since one row ends the statement.
    private string AlongEveryWay =>
        $"""
            with lanes as (
              select 0 as rank, $1::uuid as lane
              union all select 1, m.team_id from team_members m where m.person_id = $1
              union all select 2, '{Guid.Empty}'::uuid),
            ways as materialized (
              select p.id as project, l.lane{(ByLanguage ? ", g.language" : "")}
              from unnest($4::uuid[]) as p (id)
              cross join lanes l
              {(ByLanguage ? "cross join unnest($5::text[]) as g (language)" : "")}
              cross join lateral (
                select t.priority, t.id from labeling_tasks t
                where {Along("p.id", "l.lane", "g.language")} and {Fits}
                order by t.priority desc, t.id limit 1) best
              order by l.rank, best.priority desc, best.id)
            select found.* from ways w
            cross join lateral (
              {Found} from labeling_tasks t
              where {Along("w.project", "w.lane", "w.language")} and {Fits}
              order by t.priority desc, t.id limit 1 {Lock}) found
            limit 1
            """;

    private Task<FoundTask?> SkippedAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            {Found} from assignments mine join labeling_tasks t on t.id = mine.task_id
            where mine.person_id = $1 and mine.state = 'skipped' and mine.id <> all ($2)
              and mine.project_id = any ($4) and mine.ended_at <= $5 and t.open
              and (t.lane in ('{Guid.Empty}', $1) or exists (select 1 from team_members m where m.person_id = $1 and m.team_id = t.lane))
              {(ByLanguage ? "and t.language = any ($6)" : "")}{NotOptedOut}
            order by mine.ended_at limit 1 {Lock}
            """,
            [.. Common, claimer.ProjectsThatBringBack, at - BackAfter, .. Languages],
            cancellationToken
        );

    private async Task<FoundTask?> ReadAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new FoundTask(reader.GetGuid(0), reader.GetFieldValue<Guid[]>(1), reader.MaybeValue<Guid>(2))
            : null;
    }

    private const string Found = """
        select t.id, array(select c.completion_id from labeling_task_completions c where c.task_id = t.id order by c.position),
               (select earlier.id from assignments earlier where earlier.task_id = t.id and earlier.person_id = $1)
        """;

    private const string Lock = "for no key update of t skip locked";

    private string Along(string project, string lane, string language) =>
        $"t.project_id = {project} and t.lane = {lane} and t.open" + (ByLanguage ? $" and t.language = {language}" : "");

    // Subqueries of one row each, not joins: whatever the statistics say, only the index in the order of handing out can serve.
    private string Fits =>
        """
            (select 1 from assignments mine
               where mine.task_id = t.id and mine.person_id = $1
                 and (mine.state <> 'expired' or mine.id = any ($2)) limit 1) is null
              and (select 1 from labeling_task_completions c join completions own on own.id = c.completion_id
               where c.task_id = t.id and own.person_id = $1 limit 1) is null
            """ + NotOptedOut;
}

/// <summary>A task that is locked for a labeler.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="CompletionIds">In the order of creation.</param>
/// <param name="EarlierAssignmentId">The person's own earlier assignment to it, if any.</param>
internal sealed record FoundTask(Guid TaskId, Guid[] CompletionIds, Guid? EarlierAssignmentId);
