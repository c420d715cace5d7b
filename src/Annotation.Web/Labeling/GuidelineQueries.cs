using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Reads a guideline as a labeler sees it.</summary>
internal static class GuidelineQueries
{
    /// <summary>The project's newest guideline, with what changed since the version that the person has read.</summary>
    public static async Task<GuidelineView> GetGuidelineAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        Guid personId,
        SafeMarkdown markdown,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var texts = db.GuidelineTexts.AsNoTracking().Where(g => g.ProjectId == projectId);
        var current = await texts.OrderByDescending(g => g.Version).FirstAsync(cancellationToken);
        var seen = await db
            .GuidelineVisits.Where(v => v.ProjectId == projectId && v.PersonId == personId)
            .Select(v => (int?)v.Version)
            .SingleOrDefaultAsync(cancellationToken);
        var earlier =
            seen is null || seen == current.Version
                ? null
                : await texts.Where(g => g.Version == seen).Select(g => g.Text).SingleOrDefaultAsync(cancellationToken);
        return new GuidelineView(
            current.Version,
            current.Text,
            markdown.ToHtml(current.Text),
            [
                .. current.Examples.Select(e => new GuidelineExampleView(
                    e.Title,
                    markdown.ToHtml(e.Prompt),
                    [.. e.Completions.Select(c => new ExampleCompletionView(markdown.ToHtml(c.Text), c.Rank))],
                    markdown.ToHtml(e.Explanation)
                )),
            ],
            seen,
            earlier is null || earlier == current.Text
                ? []
                :
                [
                    .. LineChanges
                        .Between(earlier, current.Text)
                        .Select(c => new GuidelineLine(c.State.ToString().ToLowerInvariant(), c.Text)),
                ]
        );
    }
}
