using Annotation.Domain;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Annotation.Testing;

/// <summary>
/// A migrated database of its own for one test class (<c>IClassFixture&lt;PostgresFixture&gt;</c>), with the use cases on
/// it. Without PostgreSQL the tests that touch it are skipped.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private string? connectionString;
    private ServiceProvider? services;

    /// <summary>The class's database.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(connectionString is null, "PostgreSQL is not installed on this machine.");
            return connectionString;
        }
    }

    /// <summary>Time of the use cases; a test may set it forward.</summary>
    public SettableClock Clock { get; } = new();

    /// <summary>The domain on this database.</summary>
    public IServiceProvider Services => services ??= BuildServices(ConnectionString);

    /// <summary>A use case by its type.</summary>
    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A context on this database; the caller disposes it.</summary>
    public AnnotationDbContext CreateContext() => Get<IDbContextFactory<AnnotationDbContext>>().CreateDbContext();

    /// <summary>An empty database beside the class's own.</summary>
    public static async Task<string> CreateEmptyDatabaseAsync(CancellationToken cancellationToken)
    {
        var cluster = await PostgresCluster.SharedAsync();
        Assert.SkipWhen(cluster is null, "PostgreSQL is not installed on this machine.");
        return await cluster.CreateDatabaseAsync(migrated: false, cancellationToken);
    }

    /// <summary>The domain's services on a database, with this fixture's clock.</summary>
    public ServiceProvider BuildServices(string database)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddAnnotationDomain(database);
        return collection.BuildServiceProvider();
    }

    public async ValueTask InitializeAsync()
    {
        if (await PostgresCluster.SharedAsync() is { } cluster)
        {
            connectionString = await cluster.CreateDatabaseAsync(migrated: true, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }
    }
}
