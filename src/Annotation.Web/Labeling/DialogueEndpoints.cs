using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Runs;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Dialogues: tasks for them, the turns of two people, and a model's suggestions.</summary>
internal static class DialogueEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapDialogues(this IEndpointRouteBuilder api)
    {
        var assignment = api.MapGroup("/labeling/assignments/{id:guid}").RequireAuthorization(RolePolicies.Labeler);
        assignment.MapPost("/turns", AddTurnAsync).Produces<TaskView>();
        assignment.MapPost("/suggestions", SuggestAsync).Produces<SuggestionView>();
        assignment.MapGet("/suggestions/{suggestion:guid}", SuggestionAsync).Produces<SuggestionView>();
        api.MapPost("/projects/{p}/tasks/dialogues", CreateTasksAsync).RequireAuthorization(RolePolicies.Engineer);
    }

    private static async Task<IResult> AddTurnAsync(
        Guid id,
        AddTurnRequest request,
        ClaimsPrincipal user,
        AddTurn add,
        TaskViews views,
        CancellationToken cancellationToken
    )
    {
        var turn = new NewTurn(request.Position, request.Text ?? "", request.Suggestion);
        return await (await add.RunAsync(id, user.PersonId(), request.LeaseVersion, turn, cancellationToken)).Reply(async task =>
            Results.Json(await views.CreateAsync(task, user.PersonId(), cancellationToken))
        );
    }

    private static async Task<IResult> SuggestAsync(
        Guid id,
        SuggestTurnRequest request,
        ClaimsPrincipal user,
        SuggestTurn suggest,
        QueuedRuns jobs,
        CancellationToken cancellationToken
    )
    {
        var turns = (request.Turns ?? []).Select(t => new WrittenTurn(t.Role, t.Text)).ToList();
        return (await suggest.RunAsync(id, user.PersonId(), turns, cancellationToken)).Reply(started =>
        {
            jobs.Enqueue(started.Run);
            return Results.Json(new SuggestionView(started.Id, "waiting"));
        });
    }

    private static async Task<IResult> SuggestionAsync(
        Guid id,
        Guid suggestion,
        ClaimsPrincipal user,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db
            .Suggestions.Where(s =>
                s.Id == suggestion && s.AssignmentId == id && db.Assignments.Any(a => a.Id == id && a.PersonId == user.PersonId())
            )
            .Join(
                db.Runs,
                s => s.RunId,
                r => r.Id,
                (_, r) =>
                    new
                    {
                        r.State,
                        r.Result,
                        r.Error,
                    }
            )
            .SingleOrDefaultAsync(cancellationToken);
        return run switch
        {
            null => new Domain.Refusal("unknown-assignment", "There is no such suggestion of yours.").Reply(),
            { State: RunState.Completed } => Results.Json(new SuggestionView(suggestion, "ready", SuggestTurn.TextOf(run.Result) ?? "")),
            { State: RunState.Queued or RunState.Running } => Results.Json(new SuggestionView(suggestion, "waiting")),
            _ => Results.Json(new SuggestionView(suggestion, "failed", run.Error ?? "The run was stopped.")),
        };
    }

    /// <param name="prompts">For how many of the prompts that have no dialogue yet.</param>
    /// <param name="twoSided">Two people take a side each; otherwise one writes both.</param>
    private static async Task<IResult> CreateTasksAsync(
        string p,
        int prompts,
        bool? twoSided,
        ClaimsPrincipal user,
        CreateDialogueTasks create,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            (await create.RunAsync(project.Id, prompts, twoSided ?? false, user.PersonId(), cancellationToken)).Reply(count =>
                Results.Json(new { tasks = count })
            )
        );
}
