using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>A task that is for one person or one team alone.</summary>
internal static class Reservation
{
    /// <summary>
    /// SQL: how many of the people <c>m</c>, of whom a query before it tells, can still judge the task <c>t</c> of the project
    /// <c>p</c>. Not who judged it, was taken back, skipped it for good, or wrote one of its completions.
    /// </summary>
    public const string CanJudge = """
        m.disabled_at is null
        and not exists (
          select 1 from assignments mine
          where mine.task_id = t.id and mine.person_id = m.id
            and (mine.state in ('submitted', 'retracted') or mine.state = 'skipped' and p.skip_policy <> 'later'))
        and not exists (
          select 1 from labeling_task_completions c join completions own on own.id = c.completion_id
          where c.task_id = t.id and own.person_id = m.id)
        """;

    /// <summary>
    /// Gives the task to everybody when those it is reserved for can no longer finish it among themselves, because one of them
    /// skipped it or was taken back: otherwise it would wait for ever. Called with the task locked.
    /// </summary>
    public static Task EndIfShortAsync(AnnotationDbContext db, Guid taskId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlRawAsync(EndIfShortSql, [taskId], cancellationToken);

    private const string EndIfShortSql = $$"""
        update labeling_tasks t set assigned_person_id = null, assigned_team_id = null
        from projects p
        where t.id = {0} and p.id = t.project_id and coalesce(t.assigned_person_id, t.assigned_team_id) is not null and t.closed_at is null
          and t.judgements_cap - t.judgement_count > (
            select count(*) from people m
            where (m.id = t.assigned_person_id or m.id in (select person_id from team_members where team_id = t.assigned_team_id))
              and {{CanJudge}})
        """;
}
