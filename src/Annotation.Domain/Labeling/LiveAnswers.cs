using Annotation.Domain.Data;
using Annotation.Domain.Preferences;

namespace Annotation.Domain.Labeling;

/// <summary>
/// What counts now. Rows are never changed; a row is live while no later row supersedes it and the answer that it was
/// made from is neither corrected nor taken back (a correction may rank nothing where the first answer did).
/// </summary>
public static class LiveAnswers
{
    /// <summary>The live ones among these answers, now or at an earlier moment.</summary>
    public static IQueryable<Answer> Live(this IQueryable<Answer> answers, AnnotationDbContext db, DateTimeOffset? asOf = null) =>
        answers.Where(a =>
            (asOf == null || a.CreatedAt <= asOf)
            && !db.Answers.Any(later => later.SupersedesId == a.Id && (asOf == null || later.CreatedAt <= asOf))
            && !db.Retractions.Any(r => r.AnswerId == a.Id && (asOf == null || r.At <= asOf))
        );

    /// <summary>The live ones among these rankings.</summary>
    public static IQueryable<Ranking> Live(this IQueryable<Ranking> rankings, AnnotationDbContext db) =>
        rankings.Where(r =>
            !db.Rankings.Any(later => later.SupersedesId == r.Id)
            && !db.Answers.Any(later => later.SupersedesId != null && later.SupersedesId == r.AnswerId)
            && !db.Retractions.Any(x => x.AnswerId == r.AnswerId)
            && !db.ImportedAnswers.Any(a =>
                a.Id == r.ImportedAnswerId
                && db.ImportedAnswers.Any(later =>
                    a.Subject != null
                    && later.ProjectId == a.ProjectId
                    && later.Subject == a.Subject
                    && (later.JudgedAt > a.JudgedAt || later.JudgedAt == a.JudgedAt && later.Id > a.Id)
                )
            )
        );

    /// <summary>The live ones among these imported answers, now or at an earlier moment.</summary>
    public static IQueryable<ImportedAnswer> Live(
        this IQueryable<ImportedAnswer> answers,
        AnnotationDbContext db,
        DateTimeOffset? asOf = null
    ) =>
        answers.Where(a =>
            (asOf == null || a.CreatedAt <= asOf)
            && !db.ImportedAnswers.Any(later =>
                a.Subject != null
                && (asOf == null || later.CreatedAt <= asOf)
                && later.ProjectId == a.ProjectId
                && later.Subject == a.Subject
                && (later.JudgedAt > a.JudgedAt || later.JudgedAt == a.JudgedAt && later.Id > a.Id)
            )
        );

    /// <summary>The live ones among these demonstrations.</summary>
    public static IQueryable<Demonstration> Live(this IQueryable<Demonstration> demonstrations, AnnotationDbContext db) =>
        demonstrations.Where(d =>
            !db.Demonstrations.Any(later => later.SupersedesId == d.Id)
            && !db.Answers.Any(later => later.SupersedesId != null && later.SupersedesId == d.AnswerId)
            && !db.Retractions.Any(x => x.AnswerId == d.AnswerId)
        );
}
