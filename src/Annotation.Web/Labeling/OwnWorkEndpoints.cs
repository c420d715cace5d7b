using System.Security.Claims;
using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>A labeler's own work: history, recordings, session, timesheet, settings. Nobody else's is ever shown.</summary>
internal static class OwnWorkEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapOwnWork(this IEndpointRouteBuilder api)
    {
        var labeling = api.MapGroup("/labeling").RequireAuthorization(RolePolicies.Labeler);
        labeling.MapGet("/history", HistoryAsync).Produces<IReadOnlyList<OwnJudgementRow>>();
        labeling.MapGet("/assignments/{id:guid}", LookUpAsync).Produces<TaskView>();
        labeling.MapGet("/assignments/{id:guid}/records", RecordsAsync).Produces<IReadOnlyList<OwnRecordRow>>();
        labeling.MapGet("/session", SessionAsync).Produces<SessionView>();
        labeling.MapGet("/timesheet", TimesheetAsync).Produces<IReadOnlyList<TimesheetRow>>();
        labeling.MapGet("/timesheet.csv", TimesheetFileAsync).Produces(StatusCodes.Status200OK, contentType: "text/csv");
        labeling.MapGet("/settings", SettingsAsync).Produces<LabelerSettings>();
        labeling.MapPut("/settings", SaveSettingsAsync).Produces<LabelerSettings>();
    }

    /// <param name="project">Name or id; none for any project.</param>
    /// <param name="find">Words that the prompt contains.</param>
    /// <param name="before">Only judgements submitted before; to page on.</param>
    /// <param name="take">At most 200.</param>
    private static async Task<IResult> HistoryAsync(
        string? project,
        string? find,
        DateTimeOffset? before,
        int? take,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        Guid? projectId = null;
        if (project is not null)
        {
            var found = await contexts.FindProjectAsync(project, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Refusal.Reply();
            }

            projectId = found.Value.Id;
        }

        var count = Math.Clamp(take ?? 50, 1, 200);
        return Results.Json(
            await contexts.ListOwnJudgementsAsync(user.PersonId(), projectId, find, before, count, time.Now(), cancellationToken)
        );
    }

    private static async Task<IResult> LookUpAsync(
        Guid id,
        ClaimsPrincipal user,
        LookUpAssignment lookUp,
        TaskViews views,
        CancellationToken cancellationToken
    ) =>
        await (await lookUp.RunAsync(id, user.PersonId(), cancellationToken)).Reply(async task =>
            Results.Json(await views.CreateAsync(task, user.PersonId(), cancellationToken))
        );

    private static Task<IReadOnlyList<OwnRecordRow>> RecordsAsync(
        Guid id,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => contexts.ListOwnRecordsAsync(user.PersonId(), id, before: null, take: 200, cancellationToken);

    private static Task<SessionView> SessionAsync(
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => contexts.GetSessionAsync(user.PersonId(), time.Now(), cancellationToken);

    /// <param name="from">First day; none for a month ago.</param>
    /// <param name="to">Last day; none for today.</param>
    private static async Task<IResult> TimesheetFileAsync(
        DateOnly? from,
        DateOnly? to,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        Results.File(
            Timesheet.ToCsv(await TimesheetAsync(from, to, user, contexts, time, cancellationToken)),
            "text/csv; charset=utf-8",
            "timesheet.csv"
        );

    /// <param name="from">First day; none for a month ago.</param>
    /// <param name="to">Last day; none for today.</param>
    private static Task<IReadOnlyList<TimesheetRow>> TimesheetAsync(
        DateOnly? from,
        DateOnly? to,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var last = to ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return contexts.GetTimesheetAsync(user.PersonId(), from ?? last.AddMonths(-1), last, cancellationToken);
    }

    private static async Task<LabelerSettings> SettingsAsync(
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await db.People.AsNoTracking().SingleAsync(p => p.Id == user.PersonId(), cancellationToken);
        return new LabelerSettings(person.Languages, person.OptedOut, person.PageSettings is { } json ? JsonElement.Parse(json) : null);
    }

    private static async Task<IResult> SaveSettingsAsync(
        LabelerSettings settings,
        ClaimsPrincipal user,
        SaveLabelerSettings save,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var saved = await save.RunAsync(
            user.PersonId(),
            settings.Languages ?? [],
            settings.OptedOut ?? [],
            settings.Page,
            cancellationToken
        );
        return await saved.Reply(async _ => Results.Json(await SettingsAsync(user, contexts, cancellationToken)));
    }
}
