using System.Globalization;
using System.Text.Json;
using Annotation.Cli.Runs;
using Annotation.Cli.Terminal;
using Annotation.Client;
using Annotation.Client.Contracts;
using Annotation.Demo.Projects;

namespace Annotation.Cli.DemoLoop;

/// <summary>Starts the demo's runs in the worker and waits for them.</summary>
internal sealed class DemoRuns(AnnotationClient client, DemoSettings settings, Invocation invocation)
{
    /// <summary>Evaluates and waits.</summary>
    public async Task<EvaluationResult> EvaluateAsync(EvaluateRequest request, CancellationToken cancellation)
    {
        var run = await WaitAsync(await client.Runs.EvaluateAsync(request, cancellation), cancellation);
        return new EvaluationResult(run.Result ?? throw new CommandFailedException($"Run {run.Number} (evaluate) has no result."));
    }

    /// <summary>Trains and waits; what the run says about itself, to print.</summary>
    public async Task<Dictionary<string, object?>> TrainAsync(
        string kind,
        string start,
        string name,
        Dictionary<string, string> trainerSettings,
        CancellationToken cancellation
    )
    {
        trainerSettings["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture);
        var run = await WaitAsync(
            await client.Runs.StartAsync(DemoProject.Name, new StartRunRequest(kind, start, name, trainerSettings), cancellation),
            cancellation
        );
        var figures = new Dictionary<string, object?>
        {
            ["run"] = run.Number,
            ["model"] = run.OutputModel,
            ["steps"] = run.Step,
            ["notice"] = run.Notice,
        };
        if (run.Result is { ValueKind: JsonValueKind.Object } result)
        {
            // The same machine in every run.
            foreach (var (fact, value) in FactList.Of(result).Where(fact => !fact.Name.StartsWith("machine", StringComparison.Ordinal)))
            {
                figures[fact] = value;
            }
        }

        return figures;
    }

    /// <summary>Follows a run to its end, which must be good.</summary>
    public async Task<RunRow> WaitAsync(RunRow run, CancellationToken cancellation)
    {
        run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
        RunWatch.RequireCompleted(run);
        return run;
    }
}
