using Annotation.Domain.Runs;
using Hangfire;

namespace Annotation.Jobs.Queue;

/// <summary>Puts runs into the queue that fits their kind and device, and looks whether one is there.</summary>
public sealed class RunQueue(IBackgroundJobClient client, JobStorage storage)
{
    // More waiting jobs than this have never been seen; a run beyond it would be queued twice, which does no harm.
    private const int Page = 10_000;

    /// <summary>Whether runs of this kind train, and so have a device to themselves.</summary>
    public static bool Trains(RunKind kind) => kind is not (RunKind.Generate or RunKind.Import);

    /// <summary>Queues the run; a worker takes it within milliseconds.</summary>
    public void Enqueue(Guid runId, RunKind kind, string device)
    {
        if (Trains(kind))
        {
            client.Enqueue<ITrainingRunJob>(Queue(JobServers.Train, device), job => job.RunAsync(runId, CancellationToken.None));
        }
        else
        {
            client.Enqueue<IGenerationJob>(Queue(JobServers.Generate, device), job => job.RunAsync(runId, CancellationToken.None));
        }
    }

    /// <summary>Queues the run after a while: what it needs is busy.</summary>
    public void EnqueueLater(Guid runId, RunKind kind, string device, TimeSpan delay)
    {
        if (Trains(kind))
        {
            client.Schedule<ITrainingRunJob>(Queue(JobServers.Train, device), job => job.RunAsync(runId, CancellationToken.None), delay);
        }
        else
        {
            client.Schedule<IGenerationJob>(Queue(JobServers.Generate, device), job => job.RunAsync(runId, CancellationToken.None), delay);
        }
    }

    /// <summary>The runs that some job of the queue will still bring to a worker, or has brought.</summary>
    public IReadOnlySet<Guid> FindQueued()
    {
        var monitor = storage.GetMonitoringApi();
        var found = new HashSet<Guid>();
        string[] queues = [JobServers.Train, JobServers.Generate];
        foreach (var queue in queues.Concat(queues.Select(q => q + JobServers.OnGpu)))
        {
            Add(found, monitor.EnqueuedJobs(queue, 0, Page).Select(j => j.Value?.Job));
            Add(found, monitor.FetchedJobs(queue, 0, Page).Select(j => j.Value?.Job));
        }
        Add(found, monitor.ScheduledJobs(0, Page).Select(j => j.Value?.Job));
        return found;
    }

    private static void Add(HashSet<Guid> found, IEnumerable<Hangfire.Common.Job?> jobs)
    {
        foreach (var job in jobs)
        {
            if (job?.Args is [Guid runId, ..])
            {
                found.Add(runId);
            }
        }
    }

    private static string Queue(string name, string device) => device == "cuda" ? name + JobServers.OnGpu : name;
}
