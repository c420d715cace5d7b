using Annotation.Domain.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Domain.Accounts;

/// <summary>Makes an account with its roles.</summary>
public sealed class CreatePerson(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Creates the person and returns its id.</summary>
    /// <param name="userName">What the person types to sign in; unique.</param>
    /// <param name="displayName">What colleagues see.</param>
    /// <param name="password">At least 12 characters.</param>
    /// <param name="roles">At least one of <see cref="Roles.All"/>.</param>
    /// <param name="createdBy">Who does it; null for the program itself.</param>
    public async Task<Outcome<Guid>> RunAsync(
        string userName,
        string displayName,
        string password,
        IReadOnlyList<string> roles,
        Guid? createdBy,
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
        var at = time.Now();
        var person = new Person
        {
            UserName = userName,
            DisplayName = string.IsNullOrWhiteSpace(displayName) ? userName : displayName,
            CreatedAt = at,
        };
        var created = await people.CreateAsync(person, password);
        if (created.Succeeded)
        {
            created = await people.AddToRolesAsync(person, roles.Distinct());
        }

        if (!created.Succeeded)
        {
            return new Refusal("invalid-person", string.Join(" ", created.Errors.Select(e => e.Description)));
        }

        db.Audit(at, createdBy, "person.created", userName, new { roles });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return person.Id;
    }
}
