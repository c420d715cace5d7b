using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Reads a labeler's own work.</summary>
internal static class OwnWorkQueries
{
    private const int ExcerptLength = 140;

    // A pause of this length ends a session.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    /// <summary>The person's judgements, those submitted last first.</summary>
    /// <param name="contexts">The database.</param>
    /// <param name="personId">Whose.</param>
    /// <param name="projectId">Only of this project; null: of any.</param>
    /// <param name="find">Words that the prompt contains, in any case; null: any prompt.</param>
    /// <param name="before">Only submitted before.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="now">For what can still be undone.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<IReadOnlyList<OwnJudgementRow>> ListOwnJudgementsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid personId,
        Guid? projectId,
        string? find,
        DateTimeOffset? before,
        int take,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var pattern = $"%{find?.Replace("\\", @"\\\\").Replace("%", @"\%").Replace("_", @"\_").Replace("\"", @"\\""")}%";
        var prompts = string.IsNullOrWhiteSpace(find)
            ? db.Prompts
            : db.Prompts.FromSql($"select * from prompts where messages::text ilike {pattern}");
        var rows = await (
            from last in db.Interactions
            join assignment in db.Assignments on last.AssignmentId equals assignment.Id
            join task in db.LabelingTasks on assignment.TaskId equals task.Id
            join prompt in prompts on task.PromptId equals prompt.Id
            where last.PersonId == personId && (before == null || last.SubmittedAt < before)
            where projectId == null || task.ProjectId == projectId
            where !db.Interactions.Any(i => i.AssignmentId == last.AssignmentId && i.SubmittedAt > last.SubmittedAt)
            orderby last.SubmittedAt descending
            select new
            {
                assignment.Id,
                assignment.Version,
                Project = db.Projects.Where(p => p.Id == task.ProjectId).Select(p => p.Name).First(),
                task.Kind,
                assignment.State,
                prompt.Messages,
                last.SubmittedAt,
                SubmitCount = db.Interactions.Count(i => i.AssignmentId == last.AssignmentId),
                Corrected = db.Answers.Any(a => a.SubmissionKey == last.SubmissionKey && a.SupersedesId != null),
            }
        )
            .Take(take)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r =>
            {
                var submitted = r.State == AssignmentState.Submitted;
                var until = UndoSubmit.Until(r.SubmittedAt);
                return new OwnJudgementRow(
                    r.Id,
                    r.Version,
                    r.Project,
                    r.Kind.ToString().ToLowerInvariant(),
                    submitted ? "submitted" : "undone",
                    Excerpt(r.Messages[^1].Content),
                    r.SubmittedAt,
                    r.SubmitCount - 1,
                    submitted && !r.Corrected && until > now ? until : null
                );
            }),
        ];
    }

    /// <summary>Everything recorded about the person's submissions, the last first.</summary>
    /// <param name="contexts">The database.</param>
    /// <param name="personId">Whose.</param>
    /// <param name="assignmentId">Only of this assignment; null: of all.</param>
    /// <param name="before">Only submitted before.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<IReadOnlyList<OwnRecordRow>> ListOwnRecordsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid personId,
        Guid? assignmentId,
        DateTimeOffset? before,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from record in db.Interactions.AsNoTracking()
            join assignment in db.Assignments on record.AssignmentId equals assignment.Id
            join task in db.LabelingTasks on assignment.TaskId equals task.Id
            join prompt in db.Prompts on task.PromptId equals prompt.Id
            where record.PersonId == personId
            where assignmentId == null || record.AssignmentId == assignmentId
            where before == null || record.SubmittedAt < before
            orderby record.SubmittedAt descending
            select new
            {
                Record = record,
                assignment.ShownOrder,
                prompt.Messages,
                Project = db.Projects.Where(p => p.Id == task.ProjectId).Select(p => p.Name).First(),
                Answer = db.Answers.Where(a => a.SubmissionKey == record.SubmissionKey).OrderBy(a => a.Id).First(),
                RetractedAt = db
                    .Retractions.Where(r => db.Answers.Any(a => a.Id == r.AnswerId && a.SubmissionKey == record.SubmissionKey))
                    .Select(r => (DateTimeOffset?)r.At)
                    .FirstOrDefault(),
            }
        )
            .Take(take)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r => new OwnRecordRow(
                r.Record.SubmissionKey,
                r.Record.SubmittedAt,
                r.Record.ClaimedAt,
                r.ShownOrder,
                r.Answer.GuidelineVersion,
                r.Answer.QuestionnaireVersion,
                r.Record.ActiveMilliseconds,
                r.Record.FirstInteractionMilliseconds,
                r.Record.ChangeCount,
                r.Record.InputDevice,
                r.Record.ViewportWidth,
                r.Record.ViewportHeight,
                r.RetractedAt
            )
            {
                AssignmentId = r.Record.AssignmentId,
                Project = r.Project,
                Excerpt = Excerpt(r.Messages[^1].Content),
            }),
        ];
    }

    /// <summary>The stretch of work that the person is in, and today (UTC).</summary>
    public static async Task<SessionView> GetSessionAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid personId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var since = now.AddDays(-1);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var submits = await db
            .Interactions.Where(i => i.PersonId == personId && i.SubmittedAt > since)
            .Select(i => new { At = i.SubmittedAt, i.ActiveMilliseconds })
            .ToListAsync(cancellationToken);
        var skips = await db
            .Assignments.Where(a => a.PersonId == personId && a.State == AssignmentState.Skipped && a.EndedAt > since)
            .Select(a => a.EndedAt!.Value)
            .ToListAsync(cancellationToken);
        DateTimeOffset? start = null;
        foreach (var at in submits.Select(s => s.At).Concat(skips).OrderDescending())
        {
            if ((start ?? now) - at >= Pause)
            {
                break;
            }

            start = at;
        }

        var today = now.UtcDateTime.Date;
        var inSession = submits.Where(s => s.At >= start).ToList();
        var measured = inSession.Select(s => s.ActiveMilliseconds).OfType<int>().Order().ToList();
        var ofToday = submits.Where(s => s.At.UtcDateTime >= today).ToList();
        return new SessionView(
            start,
            inSession.Count,
            skips.Count(at => at >= start),
            inSession.Sum(s => (long)(s.ActiveMilliseconds ?? 0)),
            measured.Count == 0 ? null : measured[measured.Count / 2],
            ofToday.Count,
            ofToday.Sum(s => (long)(s.ActiveMilliseconds ?? 0))
        );
    }

    /// <summary>What the person did on each day (UTC) in each project, the last day first.</summary>
    public static async Task<IReadOnlyList<TimesheetRow>> GetTimesheetAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid personId,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken
    )
    {
        var start = new DateTimeOffset(from.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var end = new DateTimeOffset(to.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(1);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var submits =
            from i in db.Interactions
            join a in db.Assignments on i.AssignmentId equals a.Id
            join t in db.LabelingTasks on a.TaskId equals t.Id
            where i.PersonId == personId && i.SubmittedAt >= start && i.SubmittedAt < end
            select new
            {
                t.ProjectId,
                At = i.SubmittedAt,
                Submitted = true,
                Active = (long)(i.ActiveMilliseconds ?? 0),
            };
        var skips =
            from a in db.Assignments
            join t in db.LabelingTasks on a.TaskId equals t.Id
            where a.PersonId == personId && a.State == AssignmentState.Skipped && a.EndedAt >= start && a.EndedAt < end
            select new
            {
                t.ProjectId,
                At = a.EndedAt!.Value,
                Submitted = false,
                Active = 0L,
            };
        var events = await submits.Concat(skips).ToListAsync(cancellationToken);
        var names = await db.Projects.ToDictionaryAsync(p => p.Id, p => p.Name, cancellationToken);
        return
        [
            .. events
                .GroupBy(e => (Day: DateOnly.FromDateTime(e.At.UtcDateTime), e.ProjectId))
                .Select(g => new TimesheetRow(
                    g.Key.Day,
                    names[g.Key.ProjectId],
                    g.Count(e => e.Submitted),
                    g.Count(e => !e.Submitted),
                    g.Sum(e => e.Active),
                    g.Min(e => e.At),
                    g.Max(e => e.At)
                ))
                .OrderByDescending(r => r.Day)
                .ThenBy(r => r.Project, StringComparer.Ordinal),
        ];
    }

    /// <summary>The beginning of a text, on one line.</summary>
    public static string Excerpt(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= ExcerptLength
            ? line
            : line[..(char.IsHighSurrogate(line[ExcerptLength - 1]) ? ExcerptLength - 1 : ExcerptLength)] + "…";
    }
}
