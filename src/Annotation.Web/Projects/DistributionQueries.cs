using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Web.Labeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>Reads how tasks are handed out, and what came too late.</summary>
internal static class DistributionQueries
{
    private const int Most = 500;

    /// <summary>How the project's tasks are handed out.</summary>
    public static DistributionSettings Distribution(this Project project) =>
        new()
        {
            JudgementsCap = project.JudgementsCap,
            AgreementThreshold = project.AgreementThreshold,
            RandomArmShare = project.RandomArmShare,
            SkipPolicy = project.SkipPolicy,
            TasksPerPerson = project.TasksPerPerson,
            TasksPerPersonPerDay = project.TasksPerPersonPerDay,
        };

    /// <summary>The same for clients.</summary>
    public static DistributionRow RowOf(int judgementsPerTask, DistributionSettings settings) =>
        new(
            judgementsPerTask,
            settings.JudgementsCap,
            settings.AgreementThreshold,
            settings.RandomArmShare,
            settings.SkipPolicy.ToString().ToLowerInvariant(),
            settings.TasksPerPerson,
            settings.TasksPerPersonPerDay
        );

    /// <summary>The last 500 submissions that came too late, the last first.</summary>
    public static async Task<IReadOnlyList<LateSubmissionRow>> ListLateSubmissionsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from late in db.LateSubmissions.AsNoTracking()
            join task in db.LabelingTasks on late.TaskId equals task.Id
            join prompt in db.Prompts on task.PromptId equals prompt.Id
            join person in db.People on late.PersonId equals person.Id
            where late.ProjectId == projectId
            orderby late.Id descending
            select new
            {
                Late = late,
                prompt.Messages,
                person.DisplayName,
            }
        )
            .Take(Most)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r => new LateSubmissionRow(
                r.Late.Id,
                r.Late.TaskId,
                r.DisplayName,
                OwnWorkQueries.Excerpt(r.Messages[^1].Content),
                r.Late.Answers.ToDictionary(a => a.Key, a => a.Value.ToWire()),
                r.Late.ActiveMilliseconds,
                r.Late.ReceivedAt
            )),
        ];
    }
}
