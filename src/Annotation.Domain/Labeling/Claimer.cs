using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>A labeler who asks for a task, with all that decides which one.</summary>
/// <param name="PersonId">The labeler.</param>
/// <param name="Languages">First parts of the languages declared; empty: everything.</param>
/// <param name="OptedOut">Categories not to be shown.</param>
/// <param name="Holding">Assignments that the caller shows already.</param>
internal sealed record Claimer(Guid PersonId, string[] Languages, string[] OptedOut, Guid[] Holding)
{
    /// <summary>What the person holds, the oldest first; a lease may have run out without anybody having noticed.</summary>
    public required IReadOnlyList<HeldAssignment> Held { get; init; }

    /// <summary>Whether there is any lease, of whomever, that ran out and holds its place still.</summary>
    public required bool LeasesRanOut { get; init; }

    /// <summary>Projects in which the person may judge one more.</summary>
    public required Guid[] Projects { get; init; }

    /// <summary>Whether the project that was asked for, or any, is there.</summary>
    public required bool ProjectFound { get; init; }

    /// <summary>Those among them that bring skipped tasks back.</summary>
    public required Guid[] ProjectsThatBringBack { get; init; }

    /// <summary>Whether a project is left out because the person has judged as many as one may.</summary>
    public required bool ReachedLimit { get; init; }

    /// <summary>
    /// Reads the person after locking the row, so that two tabs of one person take turns and are not handed two tasks;
    /// null when the person is not active.
    /// </summary>
    public static async Task<Claimer?> LockAsync(
        NpgsqlConnection connection,
        Guid personId,
        Guid? projectId,
        IReadOnlyCollection<Guid> holding,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        // Whatever the parameters, one plan is right for a claim; planning the search anew costs six times its run.
        batch.Add("set local plan_cache_mode = force_generic_plan");
        batch.Add("select languages, opted_out from people where id = $1 and disabled_at is null for no key update", personId);
        batch.Add(
            "select id, project_id, lease_until from assignments where person_id = $1 and state = 'active' order by claimed_at",
            personId
        );
        batch.Add("select exists (select 1 from assignments where state = 'active' and lease_until <= $1)", at);
        var today = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        batch.Add(ProjectsSql + (projectId is null ? AnyProject : "where p.id = $3"), personId, today, projectId ?? Guid.Empty);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var languages = reader.GetFieldValue<string[]>(0).Select(l => l.Split('-')[0]).Distinct().ToArray();
        var optedOut = reader.GetFieldValue<string[]>(1);
        await reader.NextResultAsync(cancellationToken);
        var held = new List<HeldAssignment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            held.Add(new HeldAssignment(reader.GetGuid(0), reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var ranOut = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellationToken);
        var projects = new List<(Guid Id, bool BringsBack, bool Limited)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            projects.Add((reader.GetGuid(0), reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        return new Claimer(personId, languages, optedOut, [.. holding])
        {
            Held = held,
            LeasesRanOut = ranOut,
            ProjectFound = projects.Count > 0,
            Projects = [.. projects.Where(p => !p.Limited).Select(p => p.Id)],
            ProjectsThatBringBack = [.. projects.Where(p => p is { Limited: false, BringsBack: true }).Select(p => p.Id)],
            ReachedLimit = projects.Any(p => p.Limited),
        };
    }

    // Only what has a limit is counted, and what is held counts as done: who fetches ahead must not get past it.
    private const string ProjectsSql = """
        select p.id, p.skip_policy = 'later',
               case when p.tasks_per_person is null then false else p.tasks_per_person <= (select count(*) from (
                 select 1 from assignments a
                 where a.person_id = $1 and a.project_id = p.id and a.state in ('submitted', 'active') limit p.tasks_per_person) done) end
               or case when p.tasks_per_person_per_day is null then false else p.tasks_per_person_per_day <= (
                 select count(*) from assignments a
                 where a.person_id = $1 and a.project_id = p.id
                   and (a.state = 'submitted' and a.ended_at >= $2 or a.state = 'active')) end
        from projects p

        """;

    // Projects that hand out nothing now are not looked into.
    private const string AnyProject = "where exists (select 1 from labeling_tasks t where t.project_id = p.id and t.open)";
}

/// <summary>An assignment that its person has.</summary>
internal sealed record HeldAssignment(Guid AssignmentId, Guid ProjectId, DateTimeOffset LeaseUntil);
