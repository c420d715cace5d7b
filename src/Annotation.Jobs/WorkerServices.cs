using Annotation.Domain;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Evaluation;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Generation;
using Annotation.Jobs.Housekeeping;
using Annotation.Jobs.Imports;
using Annotation.Jobs.Models;
using Annotation.Jobs.Queue;
using Annotation.Jobs.Training;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Jobs;

/// <summary>Registers everything a worker process needs.</summary>
public static class WorkerServices
{
    /// <summary>Adds the domain, the work of every kind of run, housekeeping and the queue's servers.</summary>
    public static IServiceCollection AddAnnotationWorker(this IServiceCollection services, WorkerOptions options)
    {
        services.AddAnnotationDomain(options.ConnectionString);
        services.AddSingleton(options);
        services.AddSingleton(new ArtifactStore(options.Artifacts));
        services.AddSingleton<CurrentRuns>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<CompleteRun>();
        services.AddSingleton<ExecuteRun>();
        services.AddSingleton<ITrainingRunJob, TrainingRunJob>();
        services.AddSingleton<IGenerationJob, GenerationJob>();
        services.AddSingleton<ModelShelf>();
        services.AddSingleton<RegisterModelFolder>();
        services.AddSingleton<SeedDemoProject>();
        services.AddSingleton<PrepareInstallation>();
        services.AddSingleton<DemonstrationRows>();
        services.AddSingleton<RankingRows>();
        services.AddSingleton<FreshPrompts>();
        services.AddSingleton<RunRewards>();
        services.AddSingleton<TrainByReward>();
        services.AddSingleton<PreferenceSets>();
        services.AddSingleton<GenerateForProject>();
        services.AddSingleton<GenerateBest>();
        services.AddSingleton<HeldOutPrompts>();
        services.AddSingleton<EvaluateReward>();
        services.AddSingleton<EvaluatePolicy>();
        services.AddSingleton<PeopleJudge>();
        services.AddSingleton<IRunWork, ImportModel>();
        services.AddSingleton<IRunWork, TrainBaseModel>();
        services.AddSingleton<IRunWork, TrainSft>();
        services.AddSingleton<IRunWork, TrainReward>();
        services.AddSingleton<IRunWork, TrainPpo>();
        services.AddSingleton<IRunWork, TrainRloo>();
        services.AddSingleton<IRunWork, TrainGrpo>();
        services.AddSingleton<IRunWork, TrainDpo>();
        services.AddSingleton<IRunWork, Generate>();
        services.AddSingleton<IRunWork, Evaluate>();
        services.AddHostedService<WorkerHeartbeat>();
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<OrphanSweep>());
        return services.AddJobServers(options.ConnectionString, options.Queues, options.Device);
    }
}
