using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Keeps every version of a guideline.</summary>
internal static class GuidelineVersions
{
    /// <summary>Adds the next version of a locked project's guideline to the context.</summary>
    /// <param name="db">The context that holds the project.</param>
    /// <param name="project">The project, locked.</param>
    /// <param name="text">Markdown.</param>
    /// <param name="examples">Worked examples; null keeps those of the version before.</param>
    /// <param name="personId">Who wrote it.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task AddGuidelineAsync(
        this AnnotationDbContext db,
        Project project,
        string text,
        IReadOnlyList<GuidelineExample>? examples,
        Guid? personId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        examples ??= await db
            .GuidelineTexts.Where(g => g.ProjectId == project.Id && g.Version == project.GuidelineVersion)
            .Select(g => g.Examples)
            .SingleAsync(cancellationToken);
        project.Guideline = text;
        project.GuidelineVersion++;
        db.GuidelineTexts.Add(
            new GuidelineText
            {
                ProjectId = project.Id,
                Version = project.GuidelineVersion,
                Text = text,
                Examples = examples,
                PersonId = personId,
                CreatedAt = at,
            }
        );
    }
}
