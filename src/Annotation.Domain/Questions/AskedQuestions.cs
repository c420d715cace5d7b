using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Questions;

/// <summary>Finds what a labeler was asked.</summary>
internal static class AskedQuestions
{
    /// <summary>
    /// The questions of a task as they were when it was handed out: a newer questionnaire, or a criterion added since,
    /// asks nothing of work that is under way.
    /// </summary>
    public static async Task<IReadOnlyList<Question>> ReadAsync(
        AnnotationDbContext db,
        LabelingTask task,
        Assignment assignment,
        IReadOnlyList<Criterion> criteria,
        CancellationToken cancellationToken
    )
    {
        var questions =
            assignment.QuestionnaireVersion > 0
                ? await db
                    .Questionnaires.Where(q => q.ProjectId == task.ProjectId && q.Version == assignment.QuestionnaireVersion)
                    .Select(q => q.Questions)
                    .SingleAsync(cancellationToken)
                : Questionnaire.Default(criteria.Where(c => c.CreatedAt <= assignment.ClaimedAt));
        return Questionnaire.For(questions, task.Kind, assignment.ShownOrder.Length);
    }
}
