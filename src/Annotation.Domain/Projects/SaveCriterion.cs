using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Adds a criterion to a project, or changes the words and weight of one that it has.</summary>
public sealed class SaveCriterion(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the criterion under its key and returns the project's guideline version, which grows.</summary>
    public async Task<Outcome<int>> RunAsync(Guid projectId, NewCriterion criterion, Guid? changedBy, CancellationToken cancellationToken)
    {
        if (criterion.Check() is { } refusal)
        {
            return refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var at = time.Now();
        if (project.Criteria.SingleOrDefault(c => c.Key == criterion.Key) is { } present)
        {
            present.Name = criterion.Name;
            present.Guideline = criterion.Guideline;
            present.Weight = criterion.Weight ?? present.Weight;
        }
        else
        {
            db.Criteria.Add(criterion.ToCriterion(projectId, project.Criteria.Count, at));
        }

        await db.AddGuidelineAsync(project, project.Guideline, examples: null, changedBy, at, cancellationToken);
        db.Audit(at, changedBy, "criterion.saved", $"{project.Name}/{criterion.Key}", criterion);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return project.GuidelineVersion;
    }
}
