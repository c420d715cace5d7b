using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Jobs.Queue;

/// <summary>The Hangfire servers of one worker process.</summary>
public static class JobServers
{
    /// <summary>The queue of runs that train: one thread for each device serves it.</summary>
    public const string Train = "train";

    /// <summary>Generation and imports.</summary>
    public const string Generate = "generate";

    /// <summary>Runs that asked for a GPU are handed on to the queue of this ending, which only workers with a GPU serve.</summary>
    public const string OnGpu = "-cuda";

    /// <summary>How long a job may go without a heartbeat before another worker takes it.</summary>
    public static readonly TimeSpan Invisibility = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds Hangfire's storage and the servers for the queues that this worker serves. A job's argument is a run's id
    /// and nothing else; the run's own table knows the rest.
    /// </summary>
    public static IServiceCollection AddJobServers(
        this IServiceCollection services,
        string connectionString,
        IReadOnlyList<string> queues,
        string device
    )
    {
        services.AddHangfire(configuration =>
            configuration
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                .UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(connectionString), StorageOptions())
        );
        // A failed run is a row that says why, and resuming it is a person's decision: the queue itself never retries.
        foreach (var filter in GlobalJobFilters.Filters.Where(f => f.Instance is AutomaticRetryAttribute).ToList())
        {
            GlobalJobFilters.Filters.Remove(filter.Instance);
        }
        GlobalJobFilters.Filters.Add(new AutomaticRetryAttribute { Attempts = 0 });

        // One thread trains, so that a device has one training at a time.
        AddServer(services, queues.Where(q => q == Train), device, workers: 1);
        AddServer(services, queues.Where(q => q != Train), device, workers: 2);
        return services;
    }

    private static void AddServer(IServiceCollection services, IEnumerable<string> queues, string device, int workers)
    {
        var served = (device == "cpu" ? queues : queues.SelectMany(q => (string[])[q + OnGpu, q])).ToArray();
        if (served.Length == 0)
        {
            return;
        }
        services.AddHangfireServer(options =>
        {
            options.Queues = served;
            options.WorkerCount = workers;
            options.ServerName = $"{Environment.MachineName}:{string.Join('+', served)}";
            options.SchedulePollingInterval = TimeSpan.FromSeconds(2);
            options.CancellationCheckInterval = TimeSpan.FromSeconds(2);
            options.HeartbeatInterval = TimeSpan.FromSeconds(10);
            options.ServerTimeout = TimeSpan.FromMinutes(1);
            // Longer than one checkpoint takes, shorter than the host waits for all of its parts.
            options.ShutdownTimeout = TimeSpan.FromSeconds(45);
        });
    }

    private static PostgreSqlStorageOptions StorageOptions() =>
        new()
        {
            SchemaName = "hangfire",
            // Sliding: a fixed timeout hands a long job out twice, and two workers then cancel each other for ever.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = Invisibility,
            EnableLongPolling = true,
            QueuePollInterval = TimeSpan.FromSeconds(2),
            AllowDegradedModeWithoutStorage = false,
            PrepareSchemaIfNecessary = true,
        };
}
