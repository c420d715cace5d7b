using System.Text.RegularExpressions;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Starts a project with its criteria.</summary>
public sealed partial class CreateProject(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Creates the project and returns its id. The criterion <c>overall</c> is added when not among them.</summary>
    /// <param name="name">Unique; letters, digits, <c>. _ -</c>, at most 100.</param>
    /// <param name="settings">Everything else to choose.</param>
    /// <param name="criteria">In the order they are asked, after <c>overall</c>.</param>
    /// <param name="isDemo">True for the project that a new installation shows.</param>
    /// <param name="createdBy">Who does it; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<Guid>> RunAsync(
        string name,
        ProjectSettings settings,
        IReadOnlyList<NewCriterion> criteria,
        bool isDemo,
        Guid? createdBy,
        CancellationToken cancellationToken
    )
    {
        if (!NamePattern().IsMatch(name))
        {
            return new Refusal(
                "invalid-name",
                $"'{name}' is no project name; use 1 to 100 letters, digits, dots, hyphens and underscores."
            );
        }

        var refusal = settings.Check() ?? criteria.Select(c => c.Check()).FirstOrDefault(r => r is not null);
        if (refusal is not null)
        {
            return refusal;
        }

        if (criteria.GroupBy(c => c.Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return new Refusal("invalid-criterion", $"Criterion '{twice.Key}' is given twice.");
        }

        var at = time.Now();
        var project = new Project
        {
            Name = name,
            Description = settings.Description,
            Guideline = settings.Guideline,
            ContentWarning = settings.ContentWarning,
            Language = settings.StoredLanguage,
            CompletionsPerTask = settings.CompletionsPerTask,
            JudgementsPerTask = settings.JudgementsPerTask,
            MaxNewTokens = settings.MaxNewTokens,
            Temperature = settings.Temperature,
            IsDemo = isDemo,
            CreatedAt = at,
        };
        var overall = criteria.FirstOrDefault(c => c.Key == Criterion.Overall) ?? new(Criterion.Overall, "Overall");
        project.Criteria.AddRange(
            criteria
                .Where(c => c.Key != Criterion.Overall)
                .Prepend(overall)
                .Select((c, position) => c.ToCriterion(project.Id, position, at))
        );

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Projects.Add(project);
        db.GuidelineTexts.Add(
            new GuidelineText
            {
                ProjectId = project.Id,
                Version = project.GuidelineVersion,
                Text = project.Guideline,
                Examples = [],
                PersonId = createdBy,
                CreatedAt = at,
            }
        );
        db.Audit(at, createdBy, "project.created", name, new { criteria = project.Criteria.Select(c => c.Key) });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException failure) when (failure.Breaks("ix_projects_name"))
        {
            return new Refusal("name-taken", $"There is already a project named '{name}'; choose another name.");
        }

        return project.Id;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,100}$")]
    private static partial Regex NamePattern();
}
