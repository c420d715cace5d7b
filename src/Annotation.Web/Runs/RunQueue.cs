using Annotation.Domain.Runs;
using Annotation.Web.Security;
using Hangfire;
using Hangfire.PostgreSql;

namespace Annotation.Web.Runs;

/// <summary>The one place where the web application meets the job queue: it puts run ids in and shows the dashboard.</summary>
internal static class RunQueue
{
    /// <summary>Where admins find the queue's own dashboard.</summary>
    public const string DashboardPath = "/hangfire";

    internal const string Train = "train";
    internal const string TrainOnGpu = "train-cuda";
    internal const string Generate = "generate";

    /// <summary>The queues that there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [Train, TrainOnGpu, Generate, "default"];

    /// <summary>The queue that a kind of run waits in.</summary>
    public static string QueueOf(RunKind kind) => kind is RunKind.Generate or RunKind.Import ? Generate : Train;

    /// <summary>Adds the queue on the same database; no job runs in this process.</summary>
    public static IServiceCollection AddRunQueue(this IServiceCollection services, string connectionString)
    {
        services.AddHangfire(configuration =>
            configuration
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                .UsePostgreSqlStorage(
                    postgres => postgres.UseNpgsqlConnection(connectionString),
                    new PostgreSqlStorageOptions
                    {
                        SchemaName = "hangfire",
                        AllowDegradedModeWithoutStorage = false,
                        PrepareSchemaIfNecessary = true,
                        EnableLongPolling = true,
                    }
                )
        );
        services.AddSingleton<QueuedRuns>();
        return services;
    }

    /// <summary>Makes the queue's tables; called under the migration's lock.</summary>
    public static void InstallQueueTables(this IServiceProvider services) => services.GetRequiredService<JobStorage>();

    /// <summary>Shows the queue's dashboard to admins.</summary>
    public static void MapQueueDashboard(this IEndpointRouteBuilder app) =>
        app.MapHangfireDashboardWithAuthorizationPolicy(
            RolePolicies.Admin,
            DashboardPath,
            new DashboardOptions
            {
                DashboardTitle = "Annotation queues",
                AppPath = "/operations",
                IgnoreAntiforgeryToken = false,
            }
        );
}

/// <summary>The runs in the queue: puts them in and counts them.</summary>
internal sealed class QueuedRuns(IBackgroundJobClient jobs, JobStorage storage)
{
    /// <summary>Hands a run to the workers that serve its kind and device.</summary>
    public void Enqueue(Run run)
    {
        var runId = run.Id;
        if (RunQueue.QueueOf(run.Kind) == RunQueue.Generate)
        {
            jobs.Enqueue<IGenerationJob>(RunQueue.Generate, job => job.RunAsync(runId, CancellationToken.None));
        }
        else
        {
            // Only workers with a GPU serve that queue, so such a run waits for one and never uses a CPU.
            var queue = run.Device == "cuda" ? RunQueue.TrainOnGpu : RunQueue.Train;
            jobs.Enqueue<ITrainingRunJob>(queue, job => job.RunAsync(runId, CancellationToken.None));
        }
    }

    /// <summary>Jobs waiting and being worked on, by queue.</summary>
    public IReadOnlyDictionary<string, (long Waiting, long Running)> Count() =>
        storage.GetMonitoringApi().Queues().ToDictionary(q => q.Name, q => (q.Length, q.Fetched ?? 0));
}
