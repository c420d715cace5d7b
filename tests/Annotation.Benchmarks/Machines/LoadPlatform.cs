using Annotation.Domain;
using Annotation.Domain.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Benchmarks.Machines;

/// <summary>A durable PostgreSQL, two web processes on it, and the domain on the same database for this process.</summary>
public sealed class LoadPlatform : IAsyncDisposable
{
    private LoadPlatform(DurablePostgres postgres, ServiceProvider services, IReadOnlyList<WebProcess> webs) =>
        (Postgres, Services, Webs) = (postgres, services, webs);

    /// <summary>The database server.</summary>
    public DurablePostgres Postgres { get; }

    /// <summary>The domain.</summary>
    public ServiceProvider Services { get; }

    /// <summary>The web processes.</summary>
    public IReadOnlyList<WebProcess> Webs { get; }

    /// <summary>Starts all of it.</summary>
    /// <param name="firstPort">The web processes listen from here on.</param>
    /// <param name="webs">How many there are.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadPlatform> StartAsync(int firstPort, int webs, CancellationToken cancellation)
    {
        var postgres = await DurablePostgres.StartAsync(cancellation);
        await postgres.RequireDurabilityAsync(cancellation);
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddAnnotationDomain(postgres.ConnectionString);
        var services = collection.BuildServiceProvider();
        await services.GetRequiredService<MigrateAndSeed>().RunAsync(null, null, cancellation);
        var started = new List<WebProcess>();
        for (var i = 0; i < webs; i++)
        {
            started.Add(await WebProcess.StartAsync(firstPort + i, postgres.ConnectionString, cancellation));
        }

        return new LoadPlatform(postgres, services, started);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var web in Webs)
        {
            web.Dispose();
        }

        await Services.DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
