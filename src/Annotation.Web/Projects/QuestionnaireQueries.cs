using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Questions;
using Annotation.Web.Labeling;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Projects;

/// <summary>Reads questionnaires.</summary>
internal static class QuestionnaireQueries
{
    /// <summary>The saved versions of a project's questionnaire, the newest first.</summary>
    public static async Task<IReadOnlyList<QuestionnaireVersionRow>> ListQuestionnairesAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db
            .Questionnaires.AsNoTracking()
            .Where(q => q.ProjectId == projectId)
            .OrderByDescending(q => q.Version)
            .Select(q => new
            {
                q.Version,
                q.Questions,
                q.CreatedAt,
                By = db.People.Where(p => p.Id == q.PersonId).Select(p => p.DisplayName).FirstOrDefault(),
                Answers = db.Answers.Count(a =>
                    a.QuestionnaireVersion == q.Version && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == projectId)
                ),
            })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(r => new QuestionnaireVersionRow(r.Version, r.Questions.Count, r.Answers, r.CreatedAt, r.By))];
    }

    /// <summary>A version of a project's questionnaire; the newest when none is named. Version 0 is made of the criteria.</summary>
    public static async Task<Outcome<QuestionnaireRow>> FindQuestionnaireAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        int? version,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Projects.AsNoTracking().Include(p => p.Criteria).SingleAsync(p => p.Id == projectId, cancellationToken);
        var wanted = version ?? project.QuestionnaireVersion;
        if (wanted == 0)
        {
            return new QuestionnaireRow(0, [.. Questionnaire.Default(project.Criteria).Select(q => q.ToWire())]);
        }

        var stored = await db
            .Questionnaires.AsNoTracking()
            .Where(q => q.ProjectId == projectId && q.Version == wanted)
            .Select(q => new { Row = q, By = db.People.Where(p => p.Id == q.PersonId).Select(p => p.DisplayName).FirstOrDefault() })
            .SingleOrDefaultAsync(cancellationToken);
        return stored is null
            ? new Refusal("unknown-questionnaire", $"The project's questionnaire has no version {wanted}.")
            : new QuestionnaireRow(wanted, [.. stored.Row.Questions.Select(q => q.ToWire())], stored.Row.CreatedAt, stored.By);
    }
}
