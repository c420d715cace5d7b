using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Makes a new version of a project's guideline and its worked examples.</summary>
public sealed class SaveGuideline(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private const int MaxExamples = 50;
    private const int MaxLength = 200_000;

    /// <summary>Stores the guideline and returns its version; the present one when nothing differs.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="text">Markdown.</param>
    /// <param name="examples">In order; null keeps those there are.</param>
    /// <param name="savedBy">Who wrote it; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<int>> RunAsync(
        Guid projectId,
        string text,
        IReadOnlyList<GuidelineExample>? examples,
        Guid? savedBy,
        CancellationToken cancellationToken
    )
    {
        var length = text.Length + (examples?.Sum(Length) ?? 0);
        if (length > MaxLength || examples?.Count > MaxExamples)
        {
            return new Refusal(
                "invalid-guideline",
                $"The guideline has {length} characters and {examples?.Count ?? 0} examples; at most {MaxLength} and {MaxExamples} are accepted."
            );
        }

        if (examples?.FirstOrDefault(e => string.IsNullOrWhiteSpace(e.Title) || e.Completions.Count is 0 or > 20) is { } poor)
        {
            return new Refusal("invalid-guideline", $"The example '{poor.Title}' needs a title and 1 to 20 completions.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var present = await db
            .GuidelineTexts.AsNoTracking()
            .SingleAsync(g => g.ProjectId == projectId && g.Version == project.GuidelineVersion, cancellationToken);
        if (present.Text == text && (examples is null || Json(present.Examples) == Json(examples)))
        {
            return project.GuidelineVersion;
        }

        var at = time.Now();
        await db.AddGuidelineAsync(project, text, examples, savedBy, at, cancellationToken);
        db.Audit(at, savedBy, "guideline.saved", project.Name, new { project.GuidelineVersion, examples = examples?.Count });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return project.GuidelineVersion;
    }

    private static int Length(GuidelineExample e) =>
        e.Title.Length + e.Prompt.Length + e.Explanation.Length + e.Completions.Sum(c => c.Text.Length);

    private static string Json(IReadOnlyList<GuidelineExample> examples) => System.Text.Json.JsonSerializer.Serialize(examples);
}
