using Annotation.Domain.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Domain.Accounts;

/// <summary>Shuts a person out, or lets the person in again. What the person did stays.</summary>
public sealed class DisablePerson(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Sets whether the person is disabled and returns the person's id.</summary>
    public async Task<Outcome<Guid>> RunAsync(Guid personId, bool disabled, Guid? changedBy, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AnnotationDbContext>();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await ActiveAdmins.LockAsync(db, cancellationToken);
        if (await db.People.SingleOrDefaultAsync(p => p.Id == personId, cancellationToken) is not { } person)
        {
            return new Refusal("unknown-person", $"There is no person {personId}.");
        }

        if (disabled && await ActiveAdmins.IsLastAsync(db, personId, cancellationToken))
        {
            return new Refusal("last-admin", "This is the last active admin; make somebody else an admin first.");
        }

        var at = time.Now();
        person.DisabledAt = disabled ? person.DisabledAt ?? at : null;
        await people.UpdateSecurityStampAsync(person);
        db.Audit(at, changedBy, disabled ? "person.disabled" : "person.enabled", person.UserName!);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return personId;
    }
}
