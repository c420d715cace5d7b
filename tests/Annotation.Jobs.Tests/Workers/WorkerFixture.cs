using System.Runtime.CompilerServices;
using Annotation.Demo.Recipes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Jobs.Queue;
using Annotation.Learning.Models;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Jobs.Tests.Workers;

/// <summary>A database, an artifact store with a toy model named <c>tiny</c>, and everything a worker has except its running servers.</summary>
public sealed class WorkerFixture : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();
    private readonly string _artifacts = Directory.CreateTempSubdirectory("annotation-jobs-").FullName;
    private IHost? _host;

    [ModuleInitializer]
    internal static void LoadTorch() => TorchRuntime.Load();

    public string ConnectionString => _postgres.ConnectionString;

    public ArtifactStore Store => Get<ArtifactStore>();

    public WorkerOptions Options =>
        new(ConnectionString, _artifacts, "cpu", ["train", "generate", "default"], 1, Demo: false) { RewardPrograms = _artifacts };

    private IHost Host => _host ??= BuildHost();

    public T Get<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    public AnnotationDbContext CreateContext() => Get<IDbContextFactory<AnnotationDbContext>>().CreateDbContext();

    /// <summary>Stores a run as the web application does, without queueing it.</summary>
    public async Task<Run> AddRunAsync(
        RunKind kind,
        Guid? projectId = null,
        string settings = "{}",
        string? output = null,
        Guid? baseModelId = null,
        bool allowOverlap = false,
        string device = "cpu"
    )
    {
        var wanted = new NewRun(kind, settings)
        {
            ProjectId = projectId,
            OutputName = output,
            BaseModelId = baseModelId,
            AllowOverlap = allowOverlap,
            Device = device,
        };
        var run = await Get<StartRun>().RunAsync(wanted, TestContext.Current.CancellationToken);
        Assert.True(run.Succeeded, run.Refusal?.Sentence);
        return run.Value;
    }

    /// <summary>Executes the run in this process and returns it as it then is.</summary>
    public async Task<Run> ExecuteAsync(Run run)
    {
        await Get<ExecuteRun>().RunAsync(run.Id, TestContext.Current.CancellationToken);
        return await ReadAsync(run);
    }

    /// <summary>Queues the run for worker processes.</summary>
    public void Enqueue(Run run) => Get<RunQueue>().Enqueue(run.Id, run.Kind, run.Device);

    public async Task<Run> ReadAsync(Run run)
    {
        await using var db = CreateContext();
        return await db.Runs.AsNoTracking().SingleAsync(r => r.Id == run.Id, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the run is as wanted.</summary>
    public async Task<Run> WaitAsync(Run run, Func<Run, bool> wanted, TimeSpan limit)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(limit);
        while (true)
        {
            var now = await ReadAsync(run);
            if (wanted(now))
            {
                return now;
            }
            if (end.IsCancellationRequested)
            {
                Assert.Fail($"After {limit} the run is {now.State} at step {now.Step} of {now.TotalSteps}, epoch {now.Epoch}. {now.Error}");
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The hash of the model that a run has made.</summary>
    public async Task<string> Sha256Async(Run run)
    {
        await using var db = CreateContext();
        return await db
            .Models.Where(m => m.Id == run.OutputModelId)
            .Join(db.Artifacts, m => m.ArtifactId, a => a.Id, (m, a) => a.Sha256)
            .SingleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Writes a toy model folder.</summary>
    public static string WriteToyModel(string folder, ulong seed = 1)
    {
        var config = LanguageModelConfig.Llama(vocabulary: 262, hidden: 32, layers: 2, heads: 4, context: 128);
        using var model = new Pretrained(LanguageModel.Create(config, seed, CPU), new ByteTokenizer());
        model.Save(folder);
        return folder;
    }

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        var folder = Directory.CreateTempSubdirectory("annotation-toy-").FullName;
        await Get<RegisterModelFolder>().RunAsync(TinyModel.Name, WriteToyModel(folder), CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        // The host itself lives on: Hangfire keeps the log of whichever host came last for all of the process.
        if (_host is not null)
        {
            await Get<NpgsqlDataSource>().DisposeAsync();
        }
        await _postgres.DisposeAsync();
        Directory.Delete(_artifacts, recursive: true);
    }

    private IHost BuildHost()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAnnotationWorker(Options);
        return builder.Build();
    }
}
