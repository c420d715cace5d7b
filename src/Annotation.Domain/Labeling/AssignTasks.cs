using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Annotation.Domain.Labeling;

/// <summary>Reserves tasks for a person or a team, or gives reserved ones to everybody again.</summary>
public sealed class AssignTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Assigns up to so many open tasks, in the order in which they would be handed out, and returns how many those
    /// were. Only tasks that the people can finish among themselves are taken: each gives one judgement, and none who
    /// judged or skipped it already or wrote one of its completions. Whoever holds a task keeps it. When one of them skips it
    /// for good or is taken back and the others are too few, it is everybody's again.
    /// </summary>
    /// <param name="projectId">The project.</param>
    /// <param name="personId">Who alone shall be asked; null: not one person.</param>
    /// <param name="teamId">Whose members alone shall be asked; null for both: everybody, of tasks that were assigned.</param>
    /// <param name="count">How many at most; null: all.</param>
    /// <param name="priority">Their priority from now on; null: as it is.</param>
    /// <param name="changedBy">Who does it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<int>> RunAsync(
        Guid projectId,
        Guid? personId,
        Guid? teamId,
        int? count,
        int? priority,
        Guid? changedBy,
        CancellationToken cancellationToken
    )
    {
        if (personId is not null && teamId is not null)
        {
            return new Refusal("invalid-assignment", "Assign tasks to a person or to a team, not to both.");
        }

        if (count < 1)
        {
            return new Refusal("invalid-count", "Ask for at least one task.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (personId is not null && !await db.People.AnyAsync(p => p.Id == personId && p.DisabledAt == null, cancellationToken))
        {
            return new Refusal("unknown-person", $"There is no active person {personId}.");
        }

        var team = teamId is null
            ? null
            : await db.Teams.Include(t => t.Members).SingleOrDefaultAsync(t => t.Id == teamId, cancellationToken);
        if (teamId is not null && team is null)
        {
            return new Refusal("unknown-team", $"There is no team {teamId}.");
        }

        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var release = personId is null && team is null;
        Guid[] people = personId is { } person ? [person] : [.. team?.Members.Select(m => m.PersonId) ?? []];
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var assigned = await db.Database.ExecuteSqlRawAsync(
            Sql,
            [
                Parameter("person", NpgsqlDbType.Uuid, personId),
                Parameter("team", NpgsqlDbType.Uuid, teamId),
                Parameter("priority", NpgsqlDbType.Integer, priority),
                Parameter("project", NpgsqlDbType.Uuid, projectId),
                Parameter("release", NpgsqlDbType.Boolean, release),
                Parameter("people", NpgsqlDbType.Array | NpgsqlDbType.Uuid, people),
                Parameter("count", NpgsqlDbType.Integer, count),
            ],
            cancellationToken
        );
        db.Audit(
            time.Now(),
            changedBy,
            "tasks.assigned",
            project.Name,
            new
            {
                personId,
                team = team?.Name,
                assigned,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return assigned;
    }

    private static NpgsqlParameter Parameter(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };

    private const string Sql = $"""
        update labeling_tasks t
        set assigned_person_id = @person, assigned_team_id = @team, priority = coalesce(@priority, t.priority)
        from (
          select t.id from labeling_tasks t join projects p on p.id = t.project_id
          where t.project_id = @project and t.closed_at is null
            and (coalesce(t.assigned_person_id, t.assigned_team_id) is not null) = @release
            and (@release or t.judgements_cap - t.judgement_count <= (
              select count(*) from people m where m.id = any (@people) and {Reservation.CanJudge}))
          order by t.priority desc, t.id limit @count
          for no key update of t) chosen
        where t.id = chosen.id
        """;
}
