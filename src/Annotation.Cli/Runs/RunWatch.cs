using Annotation.Cli.Terminal;
using Annotation.Client;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>Follows a run to its end and says how it gets on, beside the result.</summary>
public sealed class RunWatch(RunsApi runs, Invocation invocation)
{
    private const int MostMetrics = 5;
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);

    private string saidState = "queued";
    private long saidStep;
    private long saidAt;

    /// <summary>Waits until the run has ended or is paused.</summary>
    /// <param name="run">The run as it was started.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="look">Told of the run each time it was looked at; then nothing else is said of its steps.</param>
    public async Task<RunRow> WaitAsync(RunRow run, CancellationToken cancellation, Func<RunRow, Task>? look = null)
    {
        saidAt = invocation.Time.GetTimestamp();
        while (run.State is "queued" or "running")
        {
            await Task.Delay(AskEvery, invocation.Time, cancellation);
            run = await runs.ShowAsync(run.Id.ToString(), cancellation);
            await (look is not null && run.State == "running" ? look(run) : SayAsync(run, cancellation));
        }

        return run;
    }

    /// <summary>Turns a run that ended badly into the command's failure, with the run's own error.</summary>
    public static void RequireCompleted(RunRow run)
    {
        if (run.State != "completed")
        {
            throw new CommandFailedException(
                run.State switch
                {
                    "failed" => run.Error ?? $"Run {run.Number} ({run.Kind}) failed.",
                    "paused" => $"Run {run.Number} ({run.Kind}) is paused: `annotation runs resume {run.Number}` lets it go on.",
                    _ => $"Run {run.Number} ({run.Kind}) was canceled.",
                }
            );
        }
    }

    private async Task SayAsync(RunRow run, CancellationToken cancellation)
    {
        var due = invocation.Time.GetElapsedTime(saidAt) >= SayEvery;
        if (run.State == saidState && !(due && (run.Step > saidStep || run.State == "queued")))
        {
            return;
        }

        saidAt = invocation.Time.GetTimestamp();
        if (run.State == "failed")
        {
            // Its error is the command's own last line.
        }
        else if (run.State != "running")
        {
            var reason = run.State == "queued" ? " (it waits for a worker or for the run before it)" : "";
            invocation.Note($"Run {run.Number} ({run.Kind}) is {run.State}{reason}");
        }
        else
        {
            var metrics = await runs.MetricsAsync(run.Id.ToString(), saidStep, cancellation);
            var step = run.TotalSteps > 0 ? $"step {run.Step} of {run.TotalSteps}" : "is running";
            invocation.Note($"Run {run.Number} ({run.Kind}) {step}{Newest(metrics.Points)}");
            saidStep = run.Step;
        }

        saidState = run.State;
    }

    private static string Newest(IReadOnlyList<MetricPoint> points)
    {
        var newest = points
            .GroupBy(point => point.Name)
            .Select(group => group.MaxBy(point => point.Step)!)
            .Take(MostMetrics)
            .Select(point => $"{point.Name} {Numbers.Format(point.Value)}");
        return string.Concat(newest.Select(text => ", " + text));
    }
}
