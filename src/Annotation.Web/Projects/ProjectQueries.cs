using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Projects;

/// <summary>Reads projects for lists and pages.</summary>
internal static class ProjectQueries
{
    /// <summary>The project with this name or id.</summary>
    public static async Task<Outcome<Project>> FindProjectAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string nameOrId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = Guid.TryParse(nameOrId, out var parsed) ? parsed : Guid.Empty;
        var project = await db
            .Projects.AsNoTracking()
            .Include(p => p.Criteria.OrderBy(c => c.Position))
            .SingleOrDefaultAsync(p => p.Name == nameOrId || p.Id == id, cancellationToken);
        return project is null
            ? new Refusal("unknown-project", $"There is no project '{nameOrId}'; `annotation projects list` shows all.")
            : project;
    }

    /// <summary>All projects with their counts, by name.</summary>
    public static async Task<IReadOnlyList<ProjectRow>> ListProjectsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Rows(db, db.Projects.OrderBy(p => p.Name)).ToListAsync(cancellationToken);
    }

    /// <summary>One project with its counts.</summary>
    public static async Task<ProjectRow> GetProjectRowAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Rows(db, db.Projects.Where(p => p.Id == id)).SingleAsync(cancellationToken);
    }

    private static IQueryable<ProjectRow> Rows(AnnotationDbContext db, IQueryable<Project> projects) =>
        projects.Select(p => new ProjectRow(
            p.Id,
            p.Name,
            p.Description,
            p.Guideline,
            p.GuidelineVersion,
            p.Criteria.OrderBy(c => c.Position).Select(c => new CriterionRow(c.Key, c.Name, c.Guideline, c.Weight)).ToList(),
            p.CompletionsPerTask,
            p.JudgementsPerTask,
            db.Models.Where(m => m.Id == p.PromotedModelId).Select(m => m.Name).FirstOrDefault(),
            db.Prompts.Count(x => x.ProjectId == p.Id),
            db.Completions.Count(c => db.Prompts.Any(x => x.Id == c.PromptId && x.ProjectId == p.Id)),
            // What was corrected later does not count twice.
            db.Demonstrations.Live(db).Count(d => d.ProjectId == p.Id),
            db.Rankings.Live(db).Count(r => r.ProjectId == p.Id),
            db.LabelingTasks.Count(t => t.ProjectId == p.Id && t.ClosedAt == null),
            p.CreatedAt
        )
        {
            QuestionnaireVersion = p.QuestionnaireVersion,
            ContentWarning = p.ContentWarning,
            Language = p.Language,
        });
}
