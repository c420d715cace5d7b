using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Projects;

/// <summary>Changes what an engineer may choose about a project.</summary>
public sealed class ChangeProject(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the settings; a new guideline text gets the next guideline version, which is returned.</summary>
    public async Task<Outcome<int>> RunAsync(Guid projectId, ProjectSettings settings, Guid? changedBy, CancellationToken cancellationToken)
    {
        if (settings.Check() is { } refusal)
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
        if (project.Guideline != settings.Guideline)
        {
            await db.AddGuidelineAsync(project, settings.Guideline, examples: null, changedBy, at, cancellationToken);
        }

        if (project.Language != settings.StoredLanguage)
        {
            // Prompts that were said to be in another language keep it.
            await db
                .Prompts.Where(p => p.ProjectId == project.Id && p.Language == project.Language)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.Language, settings.StoredLanguage), cancellationToken);
            project.Language = settings.StoredLanguage;
        }

        project.Description = settings.Description;
        project.ContentWarning = settings.ContentWarning;
        project.CompletionsPerTask = settings.CompletionsPerTask;
        project.JudgementsPerTask = settings.JudgementsPerTask;
        project.MaxNewTokens = settings.MaxNewTokens;
        project.Temperature = settings.Temperature;
        db.Audit(at, changedBy, "project.changed", project.Name, settings);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return project.GuidelineVersion;
    }
}
