using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>What the labelers' page and other labeling programs do: take the next task, keep, answer or skip it.</summary>
internal static class LabelingEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapLabeling(this IEndpointRouteBuilder api)
    {
        var labeling = api.MapGroup("/labeling").RequireAuthorization(RolePolicies.Labeler);
        labeling.MapPost("/next", NextAsync).Produces<TaskView>().Produces(StatusCodes.Status204NoContent);
        labeling.MapPost("/assignments/{id:guid}/renew", RenewAsync).Produces<LeaseView>();
        labeling.MapPost("/assignments/{id:guid}/submit", SubmitAsync).Produces<SubmitResult>();
        labeling.MapPost("/assignments/{id:guid}/undo", UndoAsync).Produces<TaskView>();
        labeling.MapPut("/assignments/{id:guid}/draft", SaveDraftAsync).Produces<DraftView>();
        labeling.MapPost("/assignments/{id:guid}/skip", SkipAsync).Produces(StatusCodes.Status204NoContent);
    }

    /// <param name="project">Name or id; none for any project.</param>
    /// <param name="holding">Assignments that the caller has already; another one is wanted.</param>
    private static async Task<IResult> NextAsync(
        string? project,
        [FromQuery] Guid[]? holding,
        ClaimsPrincipal user,
        ClaimNextAssignment claim,
        TaskViews views,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        Guid? projectId = Guid.TryParse(project, out var id) ? id : null;
        if (project is not null && projectId is null)
        {
            var found = await contexts.FindProjectAsync(project, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Refusal.Reply();
            }

            projectId = found.Value.Id;
        }

        var claimed = await claim.RunAsync(user.PersonId(), projectId, holding ?? [], cancellationToken);
        return claimed is { Succeeded: false, Refusal.Code: "no-task" }
            ? Results.NoContent()
            : await claimed.Reply(async task => Results.Json(await views.CreateAsync(task, user.PersonId(), cancellationToken)));
    }

    private static async Task<IResult> RenewAsync(
        Guid id,
        RenewRequest request,
        ClaimsPrincipal user,
        RenewLease renew,
        CancellationToken cancellationToken
    ) =>
        (await renew.RunAsync(id, user.PersonId(), request.LeaseVersion, cancellationToken)).Reply(lease =>
            Results.Json(new LeaseView(lease.Version, lease.LeaseUntil))
        );

    private static async Task<IResult> SubmitAsync(
        Guid id,
        SubmitRequest request,
        ClaimsPrincipal user,
        SubmitAnswers submit,
        CancellationToken cancellationToken
    )
    {
        var submission = new Submission(
            id,
            user.PersonId(),
            request.LeaseVersion,
            request.SubmissionKey,
            request.Answers.ToDictionary(pair => pair.Key, pair => pair.Value.ToDomain()),
            Clamp(request.ActiveMilliseconds),
            request.Interaction is { } how
                ? new Measurements(
                    Clamp(how.FirstInteractionMilliseconds),
                    how.ChangeCount,
                    how.InputDevice,
                    how.ViewportWidth,
                    how.ViewportHeight
                )
                : null
        );
        var submitted = await submit.RunAsync(submission, cancellationToken);
        return submitted.Reply(result =>
            Results.Json(new SubmitResult(result.AssignmentId, result.Repeated) { UndoUntil = result.UndoUntil })
        );
    }

    private static async Task<IResult> SkipAsync(
        Guid id,
        SkipRequest request,
        ClaimsPrincipal user,
        SkipAssignment skip,
        CancellationToken cancellationToken
    )
    {
        var skipped = await skip.RunAsync(id, user.PersonId(), request.LeaseVersion, request.Reason, cancellationToken);
        return skipped.Reply(_ => Results.NoContent());
    }

    private static async Task<IResult> UndoAsync(
        Guid id,
        UndoRequest request,
        ClaimsPrincipal user,
        UndoSubmit undo,
        TaskViews views,
        CancellationToken cancellationToken
    ) =>
        await (await undo.RunAsync(id, user.PersonId(), request.LeaseVersion, cancellationToken)).Reply(async task =>
            Results.Json(await views.CreateAsync(task, user.PersonId(), cancellationToken))
        );

    private static async Task<IResult> SaveDraftAsync(
        Guid id,
        SaveDraftRequest request,
        ClaimsPrincipal user,
        SaveDraft save,
        CancellationToken cancellationToken
    ) =>
        (await save.RunAsync(id, user.PersonId(), request.Revision, request.Content, cancellationToken)).Reply(draft =>
            Results.Json(new DraftView(draft.Revision, draft.Read(), draft.SavedAt))
        );

    private static int? Clamp(long? milliseconds) => milliseconds is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : null;
}
