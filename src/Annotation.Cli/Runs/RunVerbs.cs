using System.CommandLine;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Client;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>`runs`: list, show with metrics, pause, cancel, resume.</summary>
public static class RunVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("runs", "Runs with their metrics")
        {
            List(),
            Show(),
            Change("pause", "Stop a run at its next checkpoint", (runs, id, token) => runs.PauseAsync(id, token)),
            Change("cancel", "Stop a run for good", (runs, id, token) => runs.CancelAsync(id, token)),
            Change("resume", "Let a run go on from its last checkpoint", (runs, id, token) => runs.ResumeAsync(id, token)),
        };

    /// <summary>Writes what a run is and how far it has come.</summary>
    public static void Describe(TextWriter writer, RunRow run)
    {
        FactList.Write(
            writer,
            ("run", run.Number),
            ("id", run.Id),
            ("kind", run.Kind),
            ("state", run.State),
            ("project", run.Project),
            ("base model", run.BaseModel),
            ("reward model", run.RewardModel),
            ("preference set", run.PreferenceSetHash),
            ("output model", run.OutputModel),
            ("step", run.TotalSteps > 0 ? $"{run.Step} of {run.TotalSteps}" : null),
            ("worker", run.Worker),
            ("device", run.Device),
            ("notice", run.Notice),
            ("error", run.Error),
            ("created", run.CreatedAt),
            ("started", run.StartedAt),
            ("ended", run.EndedAt)
        );
        RunResult.Write(writer, run.Result);
    }

    private static Command List()
    {
        var project = ProjectOption.Optional();
        var kind = new Option<string?>("--kind");
        var state = new Option<string?>("--state");
        return new Command("list", "List runs, newest first") { project, kind, state }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var runs = await client.Runs.ListAsync(
                    invocation.Value(project),
                    invocation.Value(kind),
                    invocation.Value(state),
                    cancellation
                );
                var table = new TextTable("Run", "Kind", "State", "Project", "Base", "Output", "Step", "Of", "Created");
                foreach (var r in runs)
                {
                    table.Add(r.Number, r.Kind, r.State, r.Project, r.BaseModel, r.OutputModel, r.Step, r.TotalSteps, r.CreatedAt);
                }

                invocation.Write(runs, table.WriteTo);
            }
        );
    }

    private static Command Show()
    {
        var id = RunArgument();
        return new Command("show", "Show a run with the newest value of each metric") { id }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var run = await client.Runs.ShowAsync(invocation.Value(id), cancellation);
                var metrics = await client.Runs.MetricsAsync(run.Id.ToString(), afterStep: -1, cancellation);
                invocation.Write(
                    new { run, metrics },
                    writer =>
                    {
                        Describe(writer, run);
                        var table = new TextTable("Metric", "Step", "Value");
                        foreach (var metric in metrics.Points.GroupBy(point => point.Name))
                        {
                            var newest = metric.MaxBy(point => point.Step)!;
                            table.Add(newest.Name, newest.Step, newest.Value);
                        }

                        table.WriteTo(writer);
                    }
                );
            }
        );
    }

    private static Command Change(string name, string description, Func<RunsApi, string, CancellationToken, Task<RunRow>> change)
    {
        var id = RunArgument();
        return new Command(name, description) { id }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var run = await change(client.Runs, invocation.Value(id), cancellation);
                invocation.Write(run, writer => writer.WriteLine($"Run {run.Number} ({run.Kind}) is {run.State}"));
            }
        );
    }

    private static Argument<string> RunArgument() => new("ID") { Description = "The run's number or id" };
}
