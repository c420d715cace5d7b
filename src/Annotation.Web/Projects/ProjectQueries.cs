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
        return await RowsAsync(db, db.Projects.OrderBy(p => p.Name), cancellationToken);
    }

    /// <summary>One project with its counts.</summary>
    public static async Task<ProjectRow> GetProjectRowAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await RowsAsync(db, db.Projects.Where(p => p.Id == id), cancellationToken)).Single();
    }

    private static async Task<IReadOnlyList<ProjectRow>> RowsAsync(
        AnnotationDbContext db,
        IQueryable<Project> projects,
        CancellationToken cancellationToken
    )
    {
        var rows = await projects
            .AsNoTracking()
            .Include(p => p.Criteria.OrderBy(c => c.Position))
            .Select(p => new
            {
                Project = p,
                Promoted = db.Models.Where(m => m.Id == p.PromotedModelId).Select(m => m.Name).FirstOrDefault(),
            })
            .ToListAsync(cancellationToken);
        var ids = rows.ConvertAll(r => r.Project.Id);
        // Counted for all projects at once: a count for each would read the judgements as often as there are projects.
        var prompts = await CountAsync(db.Prompts.Where(p => ids.Contains(p.ProjectId)).Select(p => p.ProjectId));
        var completions = await CountAsync(
            from completion in db.Completions
            join prompt in db.Prompts on completion.PromptId equals prompt.Id
            where ids.Contains(prompt.ProjectId)
            select prompt.ProjectId
        );
        // What was corrected later does not count twice.
        var demonstrations = await CountAsync(db.Demonstrations.Live(db).Where(d => ids.Contains(d.ProjectId)).Select(d => d.ProjectId));
        var rankings = await CountAsync(db.Rankings.Live(db).Where(r => ids.Contains(r.ProjectId)).Select(r => r.ProjectId));
        var open = await CountAsync(db.LabelingTasks.Where(t => ids.Contains(t.ProjectId) && t.ClosedAt == null).Select(t => t.ProjectId));
        return
        [
            .. rows.Select(r => new ProjectRow(
                r.Project.Id,
                r.Project.Name,
                r.Project.Description,
                r.Project.Guideline,
                r.Project.GuidelineVersion,
                [.. r.Project.Criteria.OrderBy(c => c.Position).Select(c => new CriterionRow(c.Key, c.Name, c.Guideline, c.Weight))],
                r.Project.CompletionsPerTask,
                r.Project.JudgementsPerTask,
                r.Promoted,
                prompts.GetValueOrDefault(r.Project.Id),
                completions.GetValueOrDefault(r.Project.Id),
                demonstrations.GetValueOrDefault(r.Project.Id),
                rankings.GetValueOrDefault(r.Project.Id),
                open.GetValueOrDefault(r.Project.Id),
                r.Project.CreatedAt
            )
            {
                QuestionnaireVersion = r.Project.QuestionnaireVersion,
                ContentWarning = r.Project.ContentWarning,
                Language = r.Project.Language,
            }),
        ];

        Task<Dictionary<Guid, int>> CountAsync(IQueryable<Guid> projectIds) =>
            projectIds
                .GroupBy(id => id)
                .Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
    }
}
