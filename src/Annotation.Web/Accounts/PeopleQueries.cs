using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Accounts;

/// <summary>Reads people for lists.</summary>
internal static class PeopleQueries
{
    /// <summary>Everybody with their roles, by name.</summary>
    public static async Task<IReadOnlyList<PersonRow>> ListPeopleAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var roles = await db
            .UserRoles.Join(db.Roles, m => m.RoleId, r => r.Id, (m, r) => new { m.UserId, r.Name })
            .ToListAsync(cancellationToken);
        var byPerson = roles.ToLookup(r => r.UserId, r => r.Name!);
        var people = await db.People.AsNoTracking().OrderBy(p => p.UserName).ToListAsync(cancellationToken);
        return
        [
            .. people.Select(p => new PersonRow(
                p.Id,
                p.UserName!,
                p.DisplayName,
                [.. byPerson[p.Id].Order(StringComparer.Ordinal)],
                p.CreatedAt,
                p.DisabledAt
            )),
        ];
    }
}
