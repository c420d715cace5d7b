using Annotation.Domain.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Annotation.Domain.Data;

/// <summary>
/// Brings the database up to this program's schema and makes sure that there are roles and an admin. Any number of
/// processes may call it at once; one works while the others wait, and a second call changes nothing.
/// </summary>
public sealed class MigrateAndSeed(IServiceScopeFactory scopes, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Key of the advisory lock, for whatever else must happen once while the schema is made.</summary>
    public const long LockKey = 0x616e_6e6f_7461_7465;

    /// <summary>Migrates and seeds.</summary>
    /// <param name="adminFile">
    /// Where the first admin's credentials are (<see cref="FirstAdmin.ReadAsync"/>): that admin and token are made when
    /// missing. A new installation without the file gets it written before the admin is committed, so that there is
    /// never an admin whose password nobody was told. Null to have the credentials returned only.
    /// </param>
    /// <param name="alsoLocked">Done under the same lock after the migrations, such as installing the queue's tables.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The first admin's credentials when this call made the admin, otherwise null.</returns>
    public async Task<FirstAdmin?> RunAsync(
        string? adminFile,
        Func<CancellationToken, Task>? alsoLocked,
        CancellationToken cancellationToken
    )
    {
        // The lock belongs to the session, so it needs a connection that nothing else uses meanwhile.
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await LockAsync(connection, "pg_advisory_lock", cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AnnotationDbContext>();
            await db.Database.MigrateAsync(cancellationToken);
            await SeedRolesAsync(db, cancellationToken);
            if (alsoLocked is not null)
            {
                await alsoLocked(cancellationToken);
            }

            var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            return await SeedAdminAsync(db, people, adminFile, cancellationToken);
        }
        finally
        {
            await LockAsync(connection, "pg_advisory_unlock", CancellationToken.None);
        }
    }

    private static async Task LockAsync(NpgsqlConnection connection, string verb, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {verb}($1)", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } },
            // The other process may have a long migration to do.
            CommandTimeout = 0,
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task SeedRolesAsync(AnnotationDbContext db, CancellationToken cancellationToken)
    {
        var present = await db.Roles.Select(r => r.Name).ToListAsync(cancellationToken);
        foreach (var name in Roles.All.Except(present))
        {
            db.Roles.Add(new IdentityRole<Guid>(name!) { Id = Guid.CreateVersion7(), NormalizedName = name!.ToUpperInvariant() });
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<FirstAdmin?> SeedAdminAsync(
        AnnotationDbContext db,
        UserManager<Person> people,
        string? adminFile,
        CancellationToken cancellationToken
    )
    {
        FirstAdmin admin;
        if (File.Exists(adminFile))
        {
            admin = await FirstAdmin.ReadAsync(adminFile, cancellationToken);
        }
        else if (await db.People.AnyAsync(cancellationToken))
        {
            return null;
        }
        else
        {
            admin = FirstAdmin.Generate();
            if (adminFile is not null)
            {
                await admin.WriteAsync(adminFile, cancellationToken);
            }
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var made = await EnsureAdminAsync(db, people, admin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made ? admin : null;
    }

    /// <summary>Adds what is missing of the admin. A password changed or a token revoked since then stays so.</summary>
    private async Task<bool> EnsureAdminAsync(
        AnnotationDbContext db,
        UserManager<Person> people,
        FirstAdmin admin,
        CancellationToken cancellationToken
    )
    {
        var at = time.Now();
        var person = await people.FindByNameAsync(admin.User);
        var made = person is null;
        if (person is null)
        {
            person = new Person
            {
                UserName = admin.User,
                DisplayName = "First admin",
                CreatedAt = at,
            };
            Require(await people.CreateAsync(person, admin.Password));
            Require(await people.AddToRolesAsync(person, [Roles.Admin]));
            db.Audit(at, personId: null, "person.created", admin.User, new { roles = new[] { Roles.Admin } });
        }

        if (TokenText.TryParse(admin.Token, out var text) && !await db.ApiTokens.AnyAsync(t => t.Id == text.Id, cancellationToken))
        {
            db.ApiTokens.Add(
                new ApiToken
                {
                    Id = text.Id,
                    PersonId = person.Id,
                    Name = "first admin",
                    SecretHash = text.SecretHash(),
                    CreatedAt = at,
                }
            );
        }

        await db.SaveChangesAsync(cancellationToken);
        return made;
    }

    private static void Require(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(string.Join(" ", result.Errors.Select(e => e.Description)));
        }
    }
}
