using Annotation.Domain.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Domain.Accounts;

/// <summary>Replaces the roles of a person. The last active admin keeps the role, so that nobody is locked out.</summary>
public sealed class ChangeRoles(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Sets the roles to exactly these and returns them.</summary>
    public async Task<Outcome<IReadOnlyList<string>>> RunAsync(
        Guid personId,
        IReadOnlyList<string> roles,
        Guid? changedBy,
        CancellationToken cancellationToken
    )
    {
        if (roles.Count == 0 || roles.FirstOrDefault(r => !Roles.All.Contains(r)) is not null)
        {
            return new Refusal("unknown-role", $"Give one or more of the roles {string.Join(", ", Roles.All)}.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AnnotationDbContext>();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await ActiveAdmins.LockAsync(db, cancellationToken);
        if (await db.People.SingleOrDefaultAsync(p => p.Id == personId, cancellationToken) is not { } person)
        {
            return new Refusal("unknown-person", $"There is no person {personId}.");
        }

        if (!roles.Contains(Roles.Admin) && await ActiveAdmins.IsLastAsync(db, personId, cancellationToken))
        {
            return new Refusal("last-admin", "This is the last active admin; make somebody else an admin first.");
        }

        var before = await people.GetRolesAsync(person);
        var after = roles.Distinct().ToList();
        await people.RemoveFromRolesAsync(person, before.Except(after));
        await people.AddToRolesAsync(person, after.Except(before));
        // Cookies carry roles; a new stamp makes them ask again.
        await people.UpdateSecurityStampAsync(person);
        db.Audit(time.Now(), changedBy, "person.roles-changed", person.UserName!, new { before, after });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return after;
    }
}
