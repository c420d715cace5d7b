using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Inquiries;
using Annotation.Web.Hosting;
using Annotation.Web.Projects;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Labelers ask the engineers about a task; the answer lies in the labeler's inbox.</summary>
internal static class InquiryEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapInquiries(this IEndpointRouteBuilder api)
    {
        var labeling = api.MapGroup("/labeling").RequireAuthorization(RolePolicies.Labeler);
        labeling.MapPost("/assignments/{id:guid}/ask", AskAsync).Produces<InquiryView>();
        labeling.MapGet("/inbox", InboxAsync).Produces<InboxView>();
        labeling.MapGet("/inbox/unread", UnreadAsync).Produces<UnreadView>();
        labeling.MapPost("/inbox/{id:guid}/read", ReadAsync).Produces(StatusCodes.Status204NoContent);
        var project = api.MapGroup("/projects/{p}/inquiries").RequireAuthorization(RolePolicies.Engineer);
        project.MapGet("/", ListAsync).Produces<IReadOnlyList<InquiryView>>();
        project.MapPost("/{id:guid}/answer", AnswerAsync).Produces<InquiryView>();
    }

    private static async Task<IResult> AskAsync(
        Guid id,
        AskRequest request,
        ClaimsPrincipal user,
        AskEngineers ask,
        InquiryQueries inquiries,
        CancellationToken cancellationToken
    ) =>
        await (await ask.RunAsync(id, user.PersonId(), request.Text ?? "", cancellationToken)).Reply(async inquiry =>
            Results.Json((await inquiries.ListAsync(i => i.Id == inquiry, cancellationToken)).Single())
        );

    private static async Task<InboxView> InboxAsync(ClaimsPrincipal user, InquiryQueries inquiries, CancellationToken cancellationToken)
    {
        var mine = user.PersonId();
        var all = await inquiries.ListAsync(i => i.PersonId == mine, cancellationToken);
        return new InboxView(all.Count(i => i.Unread), [.. all.OrderByDescending(i => i.Unread)]);
    }

    private static async Task<UnreadView> UnreadAsync(
        ClaimsPrincipal user,
        InquiryQueries inquiries,
        CancellationToken cancellationToken
    ) => new(await inquiries.CountUnreadAsync(user.PersonId(), cancellationToken));

    private static async Task<IResult> ReadAsync(Guid id, ClaimsPrincipal user, ReadInquiry read, CancellationToken cancellationToken) =>
        (await read.RunAsync(id, user.PersonId(), cancellationToken)).Reply(_ => Results.NoContent());

    /// <param name="open">True for those that wait for an answer only.</param>
    private static async Task<IResult> ListAsync(
        string p,
        bool? open,
        IDbContextFactory<AnnotationDbContext> contexts,
        InquiryQueries inquiries,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            Results.Json(
                await inquiries.ListAsync(i => i.ProjectId == project.Id && (open != true || i.AnsweredAt == null), cancellationToken)
            )
        );

    private static async Task<IResult> AnswerAsync(
        string p,
        Guid id,
        AskRequest request,
        ClaimsPrincipal user,
        AnswerInquiry answer,
        IDbContextFactory<AnnotationDbContext> contexts,
        InquiryQueries inquiries,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Refusal.Reply();
        }

        var answered = await answer.RunAsync(found.Value.Id, id, user.PersonId(), request.Text ?? "", cancellationToken);
        return await answered.Reply(async _ => Results.Json((await inquiries.ListAsync(i => i.Id == id, cancellationToken)).Single()));
    }
}
