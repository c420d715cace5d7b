using Annotation.Domain.Data;
using Annotation.Domain.Preferences;

namespace Annotation.Domain.Labeling;

/// <summary>
/// What counts now. Rows are never changed; a row is live while no later row supersedes it and the answer that it was
/// made from is neither corrected nor taken back (a correction may rank nothing where the first answer did).
/// </summary>
public static class LiveAnswers
{
    /// <summary>The live ones among these answers.</summary>
    public static IQueryable<Answer> Live(this IQueryable<Answer> answers, AnnotationDbContext db) =>
        answers.Where(a => !db.Answers.Any(later => later.SupersedesId == a.Id) && !db.Retractions.Any(r => r.AnswerId == a.Id));

    /// <summary>The live ones among these rankings.</summary>
    public static IQueryable<Ranking> Live(this IQueryable<Ranking> rankings, AnnotationDbContext db) =>
        rankings.Where(r =>
            !db.Rankings.Any(later => later.SupersedesId == r.Id)
            && !db.Answers.Any(later => later.SupersedesId != null && later.SupersedesId == r.AnswerId)
            && !db.Retractions.Any(x => x.AnswerId == r.AnswerId)
        );

    /// <summary>The live ones among these demonstrations.</summary>
    public static IQueryable<Demonstration> Live(this IQueryable<Demonstration> demonstrations, AnnotationDbContext db) =>
        demonstrations.Where(d =>
            !db.Demonstrations.Any(later => later.SupersedesId == d.Id)
            && !db.Answers.Any(later => later.SupersedesId != null && later.SupersedesId == d.AnswerId)
            && !db.Retractions.Any(x => x.AnswerId == d.AnswerId)
        );
}
