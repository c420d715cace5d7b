using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Annotation.Domain.Tests.Data;

public sealed class MigrateAndSeedTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_database_gets_the_schema_the_roles_and_one_admin_though_four_processes_start_at_once()
    {
        var database = await PostgresFixture.CreateEmptyDatabaseAsync(Cancel);
        var hosts = Enumerable.Range(0, 4).Select(_ => postgres.BuildServices(database)).ToList();

        var admins = await Task.WhenAll(hosts.Select(h => h.GetRequiredService<MigrateAndSeed>().RunAsync(null, null, Cancel)));

        var admin = Assert.Single(admins, a => a is not null)!;
        await hosts[1].GetRequiredService<WaitForSchema>().RunAsync(Cancel);
        await using var db = await hosts[1].GetRequiredService<IDbContextFactory<AnnotationDbContext>>().CreateDbContextAsync(Cancel);
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
        Assert.Equal(["admin", "engineer", "labeler"], (await db.Roles.Select(r => r.Name!).ToListAsync(Cancel)).Order());
        var bearer = await hosts[2].GetRequiredService<VerifyApiToken>().RunAsync(admin.Token, Cancel);
        Assert.Equal("admin", bearer.Value!.UserName);
        Assert.Contains(Roles.Admin, bearer.Value.Roles);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public void The_migrations_hold_the_whole_model()
    {
        using var db = postgres.CreateContext();

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task The_admin_file_is_written_once_and_a_given_one_is_followed_on_every_start()
    {
        var folder = Directory.CreateTempSubdirectory("annotation-");
        var path = Path.Combine(folder.FullName, "admin.json");
        await using var host = postgres.BuildServices(await PostgresFixture.CreateEmptyDatabaseAsync(Cancel));
        var migrate = host.GetRequiredService<MigrateAndSeed>();
        var verify = host.GetRequiredService<VerifyApiToken>();

        var admin = await migrate.RunAsync(path, null, Cancel);
        Assert.NotNull(admin);
        Assert.Equal(admin, await FirstAdmin.ReadAsync(path, Cancel));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode)0b110_000_000);
        Assert.Null(await migrate.RunAsync(path, null, Cancel));

        // Another data folder's launcher brings its own token for the same person.
        var given = FirstAdmin.Generate();
        await given.WriteAsync(path, Cancel);
        Assert.Null(await migrate.RunAsync(path, null, Cancel));
        Assert.True((await verify.RunAsync(given.Token, Cancel)).Succeeded);
        Assert.True((await verify.RunAsync(admin.Token, Cancel)).Succeeded);
        folder.Delete(recursive: true);
    }
}
