using System.Globalization;
using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Learning.Checkpoints;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Jobs.Execution;

/// <summary>What the work of one run gets: the run, where to compute and to store, and when to stop.</summary>
public sealed class RunContext(Run run, RunClaim claim, ProgressRecorder progress, ArtifactStore store, WorkerOptions options)
{
    private const string EpochFolder = "epoch-";

    /// <summary>The run as it was when claimed.</summary>
    public Run Run { get; } = run;

    /// <summary>This worker's hold on it.</summary>
    public RunClaim Claim { get; } = claim;

    /// <summary>Where trainers report.</summary>
    public ProgressRecorder Progress { get; } = progress;

    /// <summary>Where models are.</summary>
    public ArtifactStore Store { get; } = store;

    /// <summary>The device that the run's models live on.</summary>
    public Device Device { get; } = TorchRuntime.SelectDevice(run.Device == "cpu" ? "cpu" : options.Device);

    /// <summary>The run's settings as pairs.</summary>
    public RunPairs Pairs { get; } = new(run);

    /// <summary>The machine and build, for the run's result.</summary>
    public JsonObject Machine => Execution.Machine.Describe(options.Threads);

    /// <summary>
    /// The run's checkpoints. Each claim has a folder of its own, named by its epoch, and takes over what the claim
    /// before it left by renaming that folder: what a worker that lost the run still writes goes nowhere.
    /// </summary>
    public CheckpointFolder OpenCheckpoints()
    {
        var runFolder = Store.RunFolder(Run.Id);
        var mine = Path.Combine(runFolder, EpochFolder + Claim.Epoch.ToString("D6", CultureInfo.InvariantCulture));
        var last = Directory
            .EnumerateDirectories(runFolder, EpochFolder + "*")
            .Where(f => string.CompareOrdinal(f, mine) < 0)
            .Max(StringComparer.Ordinal);
        if (!Directory.Exists(mine))
        {
            if (last is null)
            {
                Directory.CreateDirectory(mine);
            }
            else
            {
                Directory.Move(last, mine);
            }
        }
        // A person who waits for the run should know why it goes back further than its last step.
        return new CheckpointFolder(mine, line => Claim.NoteAsync(line, CancellationToken.None).GetAwaiter().GetResult());
    }

    /// <summary>A new empty folder to write a model into before it goes into the store.</summary>
    public string StagingFolder() =>
        Directory.CreateDirectory(Path.Combine(Store.RunFolder(Run.Id), $"staging-{Claim.Epoch}-{Guid.CreateVersion7():N}")).FullName;

    /// <summary>
    /// Computes on a thread of its own with the worker's number of tensor threads, so that a training of hours holds
    /// no thread of the pool and equal settings give equal sums.
    /// </summary>
    public Task<T> ComputeAsync<T>(Func<T> compute, CancellationToken ct) =>
        Task.Factory.StartNew(
            () =>
            {
                TorchRuntime.SetThreads(options.Threads);
                return compute();
            },
            ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
}
