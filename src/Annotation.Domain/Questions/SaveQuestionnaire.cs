using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Questions;

/// <summary>Makes a new version of a project's questionnaire; tasks handed out from now on ask it.</summary>
public sealed class SaveQuestionnaire(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the questions and returns the new version; the present one when nothing differs from it.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="questions">In the order in which they are asked.</param>
    /// <param name="basedOn">The version that was edited; refused when there is a newer one. Null: whatever there is.</param>
    /// <param name="savedBy">Who composed it; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<Questionnaire>> RunAsync(
        Guid projectId,
        IReadOnlyList<Question> questions,
        int? basedOn,
        Guid? savedBy,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        if (basedOn is { } version && version != project.QuestionnaireVersion)
        {
            return new Refusal(
                "version-taken",
                $"Somebody saved version {project.QuestionnaireVersion} of the questionnaire meanwhile; look at it and save again."
            );
        }

        if (Questionnaire.Check(questions, project.Criteria.ConvertAll(c => c.Key)) is { } problem)
        {
            return new Refusal("invalid-questionnaire", problem);
        }

        var present = await db
            .Questionnaires.AsNoTracking()
            .SingleOrDefaultAsync(q => q.ProjectId == projectId && q.Version == project.QuestionnaireVersion, cancellationToken);
        var next = new Questionnaire
        {
            ProjectId = projectId,
            Version = project.QuestionnaireVersion + 1,
            Questions = questions,
            PersonId = savedBy,
            CreatedAt = time.Now(),
        };
        if (present is not null && Text(present) == Text(next))
        {
            return present;
        }

        project.QuestionnaireVersion = next.Version;
        db.Questionnaires.Add(next);
        db.Audit(
            next.CreatedAt,
            savedBy,
            "questionnaire.saved",
            project.Name,
            new { next.Version, questions = questions.Select(q => q.Key) }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return next;
    }

    private static string Text(Questionnaire questionnaire) =>
        System.Text.Json.JsonSerializer.Serialize(questionnaire.Questions, Question.Json);
}
