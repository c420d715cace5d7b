using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Runs;

/// <summary>Stores a run and hands it to the workers. Between the two a run may be left behind; a worker sweeps those up.</summary>
internal sealed class RunLauncher(StartRun start, ResumeRun resume, QueuedRuns jobs, IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>Starts a run.</summary>
    /// <param name="wanted">What to do.</param>
    /// <param name="prepare">Puts what the run will read where it looks for it, once its id is known.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<RunRow>> StartAsync(NewRun wanted, Func<Guid, Task>? prepare, CancellationToken cancellationToken)
    {
        var run = await start.RunAsync(wanted, cancellationToken);
        if (!run.Succeeded)
        {
            return run.Refusal;
        }

        if (prepare is not null)
        {
            await prepare(run.Value.Id);
        }

        return await EnqueueAsync(run.Value, cancellationToken);
    }

    /// <summary>Lets a paused or failed run go on from its last checkpoint.</summary>
    public async Task<Outcome<RunRow>> ResumeAsync(Guid runId, Guid resumedBy, CancellationToken cancellationToken)
    {
        var run = await resume.RunAsync(runId, resumedBy, cancellationToken);
        return run.Succeeded ? await EnqueueAsync(run.Value, cancellationToken) : run.Refusal;
    }

    private async Task<RunRow> EnqueueAsync(Run run, CancellationToken cancellationToken)
    {
        jobs.Enqueue(run);
        return await contexts.GetRunRowAsync(run.Id, cancellationToken);
    }
}
