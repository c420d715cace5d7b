using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Web.Accounts;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>How tasks are handed out and to whom, what came too late, and whether every task has exactly its judgements.</summary>
internal static class DistributionEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapDistribution(this IEndpointRouteBuilder api)
    {
        var project = api.MapGroup("/projects/{p}").RequireAuthorization(RolePolicies.Engineer);
        project.MapGet("/distribution", GetAsync).Produces<DistributionRow>();
        project.MapPut("/distribution", SaveAsync).Produces<DistributionRow>();
        project.MapGet("/late", ListLateAsync).Produces<IReadOnlyList<LateSubmissionRow>>();
        project.MapPost("/tasks/assign", AssignAsync).Produces<TaskCount>();
        project.MapPost("/tasks/retract", RetractAsync).RequireAuthorization(RolePolicies.Admin).Produces<TaskCount>();
        api.MapGet("/tasks/check", CheckAsync).RequireAuthorization(RolePolicies.Engineer).Produces<ExactnessRow>();
    }

    private static async Task<IResult> GetAsync(
        string p,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        (await contexts.FindProjectAsync(p, cancellationToken)).Reply(project =>
            Results.Json(DistributionQueries.RowOf(project.JudgementsPerTask, project.Distribution()))
        );

    private static async Task<IResult> SaveAsync(
        string p,
        SaveDistributionRequest request,
        ClaimsPrincipal user,
        ChangeDistribution change,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var defaults = DistributionSettings.Default;
        if (!Enum.TryParse<SkipPolicy>(request.SkipPolicy ?? "others", ignoreCase: true, out var policy) || !Enum.IsDefined(policy))
        {
            return new Domain.Refusal("invalid-distribution", $"'{request.SkipPolicy}' is no skip policy; it is others or later.").Reply();
        }

        var settings = new DistributionSettings
        {
            JudgementsCap = request.JudgementsCap,
            AgreementThreshold = request.AgreementThreshold ?? defaults.AgreementThreshold,
            RandomArmShare = request.RandomArmShare ?? defaults.RandomArmShare,
            SkipPolicy = policy,
            TasksPerPerson = request.TasksPerPerson,
            TasksPerPersonPerDay = request.TasksPerPersonPerDay,
        };
        return await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            (await change.RunAsync(project.Id, settings, user.PersonId(), cancellationToken)).Reply(saved =>
                Results.Json(DistributionQueries.RowOf(project.JudgementsPerTask, saved))
            )
        );
    }

    private static async Task<IResult> ListLateAsync(
        string p,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            Results.Json(await contexts.ListLateSubmissionsAsync(project.Id, cancellationToken))
        );

    private static async Task<IResult> AssignAsync(
        string p,
        AssignTasksRequest request,
        ClaimsPrincipal user,
        AssignTasks assign,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        var person = request.Person is { } name ? await contexts.FindPersonAsync(name, cancellationToken) : null;
        var team = request.Team is { } teamName ? await contexts.FindTeamAsync(teamName, cancellationToken) : null;
        if ((found.Refusal ?? person?.Refusal ?? team?.Refusal) is { } refusal)
        {
            return refusal.Reply();
        }

        var assigned = await assign.RunAsync(
            found.Value!.Id,
            person?.Value,
            team?.Value,
            request.Count,
            request.Priority,
            user.PersonId(),
            cancellationToken
        );
        return assigned.Reply(count => Results.Json(new TaskCount(count)));
    }

    private static async Task<IResult> RetractAsync(
        string p,
        RetractRequest request,
        ClaimsPrincipal user,
        RetractJudgements retract,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        var person = await contexts.FindPersonAsync(request.Person ?? "", cancellationToken);
        if ((found.Refusal ?? person.Refusal) is { } refusal)
        {
            return refusal.Reply();
        }

        var retracted = await retract.RunAsync(found.Value!.Id, person.Value, request.Task, user.PersonId(), cancellationToken);
        return retracted.Reply(count => Results.Json(new TaskCount(count)));
    }

    /// <param name="project">Name or id; none for all projects.</param>
    private static async Task<IResult> CheckAsync(
        string? project,
        CheckExactness check,
        IDbContextFactory<AnnotationDbContext> contexts,
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

        var report = await check.RunAsync(projectId, cancellationToken);
        return Results.Json(
            new ExactnessRow(
                report.TaskCount,
                report.ClosedCount,
                [
                    .. report.Off.Select(o => new TaskOffRow(
                        o.TaskId,
                        o.LivePeople,
                        o.JudgementCount,
                        o.JudgementsWanted,
                        o.ClosedJudgements,
                        o.Leases,
                        o.LeaseCount
                    )),
                ]
            )
        );
    }
}
