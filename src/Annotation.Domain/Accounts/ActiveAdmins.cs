using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Accounts;

/// <summary>Keeps at least one person able to administer.</summary>
internal static class ActiveAdmins
{
    /// <summary>Makes changes of admins wait for each other until the transaction ends.</summary>
    public static Task LockAsync(AnnotationDbContext db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"select 1 from roles where normalized_name = 'ADMIN' for update", cancellationToken);

    /// <summary>True when the person is an active admin and there is no other.</summary>
    public static async Task<bool> IsLastAsync(AnnotationDbContext db, Guid personId, CancellationToken cancellationToken)
    {
        var admins = await (
            from person in db.People
            join member in db.UserRoles on person.Id equals member.UserId
            join role in db.Roles on member.RoleId equals role.Id
            where role.Name == Roles.Admin && person.DisabledAt == null
            select person.Id
        )
            .Take(3)
            .ToListAsync(cancellationToken);
        return admins is [var only] && only == personId;
    }
}
