using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Reserves tasks for a person or a team, or gives reserved ones to everybody again.</summary>
public sealed class AssignTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Assigns up to so many open tasks, in the order in which they would be handed out, and returns how many those
    /// were. Only tasks that the people can finish among themselves are taken: one person gives one judgement, a team
    /// as many as it has members. Whoever holds a task keeps it.
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
        var people = release ? int.MaxValue : team?.Members.Count ?? 1;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var assigned = await db.Database.ExecuteSqlAsync(
            $"""
            update labeling_tasks t
            set assigned_person_id = {personId}, assigned_team_id = {teamId}, priority = coalesce({priority}, t.priority)
            from (
              select x.id from labeling_tasks x
              where x.project_id = {projectId} and x.closed_at is null
                and (x.lane <> {Guid.Empty}) = {release}
                and x.judgements_cap - x.judgement_count <= {people}
                and not exists (
                  select 1 from assignments mine where mine.task_id = x.id and mine.person_id = {personId} and mine.state not in ('active', 'expired'))
              order by x.priority desc, x.id limit {count}
              for no key update) chosen
            where t.id = chosen.id
            """,
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
}
