using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>What reviewers see of how labelers work: signals only. The recordings are the labeler's own.</summary>
internal static class SignalEndpoints
{
    /// <summary>Maps the route.</summary>
    public static void MapSignals(this IEndpointRouteBuilder api) =>
        api.MapGet("/projects/{p}/signals", ListAsync)
            .RequireAuthorization(RolePolicies.Engineer)
            .Produces<IReadOnlyList<LabelerSignalsRow>>();

    private static async Task<IResult> ListAsync(
        string p,
        ListSignals list,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            var labelers = await list.RunAsync(project.Id, cancellationToken);
            return Results.Json(
                labelers.Select(l => new LabelerSignalsRow(
                    l.PersonId,
                    l.Labeler,
                    l.JudgementCount,
                    [.. l.Signals.Select(s => new SignalRow(s.Key, s.Sentence))]
                ))
            );
        });
}
