using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Accounts;

/// <summary>Teams: everybody who assigns tasks sees them, admins say who is in them.</summary>
internal static class TeamEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapTeams(this IEndpointRouteBuilder api)
    {
        api.MapGet("/teams", ListAsync).RequireAuthorization(RolePolicies.Engineer).Produces<IReadOnlyList<TeamRow>>();
        api.MapPut("/teams/{name}", SaveAsync).RequireAuthorization(RolePolicies.Admin).Produces<TeamRow>();
    }

    /// <summary>The id of the person with this user name.</summary>
    public static async Task<Outcome<Guid>> FindPersonAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string userName,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = await db.People.Where(p => p.UserName == userName).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(cancellationToken);
        return id is { } found ? found : new Refusal("unknown-person", $"There is no person '{userName}'.");
    }

    /// <summary>The id of the team with this name.</summary>
    public static async Task<Outcome<Guid>> FindTeamAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = await db.Teams.Where(t => t.Name == name).Select(t => (Guid?)t.Id).SingleOrDefaultAsync(cancellationToken);
        return id is { } found ? found : new Refusal("unknown-team", $"There is no team '{name}'; an admin makes one.");
    }

    private static async Task<IReadOnlyList<TeamRow>> ListAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db
            .Teams.OrderBy(t => t.Name)
            .Select(t => new TeamRow(
                t.Id,
                t.Name,
                db.People.Where(p => t.Members.Any(m => m.PersonId == p.Id)).Select(p => p.UserName!).Order().ToList()
            ))
            .ToListAsync(cancellationToken);
    }

    private static async Task<IResult> SaveAsync(
        string name,
        SaveTeamRequest request,
        ClaimsPrincipal user,
        SaveTeam save,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var members = new List<Guid>();
        foreach (var userName in request.Members ?? [])
        {
            var found = await contexts.FindPersonAsync(userName, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Refusal.Reply();
            }

            members.Add(found.Value);
        }

        var saved = await save.RunAsync(name, members, user.PersonId(), cancellationToken);
        return saved.Reply(id => Results.Json(new TeamRow(id, name, request.Members ?? [])));
    }
}
