using System.CommandLine;
using Annotation.Cli.Runs;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Projects;

/// <summary>`tasks`: generate (completions of a project's prompts, which become ranking tasks), check, late, assign, retract.</summary>
public static class TaskVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("tasks", "Labeling tasks")
        {
            Generate(),
            DistributionVerbs.Check(),
            DistributionVerbs.Late(),
            DistributionVerbs.Assign(),
            DistributionVerbs.Retract(),
        };

    private static Command Generate()
    {
        var project = ProjectOption.Required();
        var model = new Option<string?>("--model")
        {
            Description = "The policy that writes (default: the promoted one, else tiny)",
            HelpName = "N",
        };
        var against = new Option<string?>("--against")
        {
            Description = "Another model that writes half of each task's completions, for `evaluate policy --judge people`",
            HelpName = "N",
        };
        var prompts = new Option<int?>("--prompts") { Description = "How many prompts without an open task (default: all)" };
        var completions = new Option<int?>("--completions") { Description = "Completions per prompt, 2 to 9" };
        var tokens = new Option<int?>("--max-tokens") { Description = "Longest completion" };
        var temperature = new Option<double?>("--temperature");
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1 };
        var wait = new Option<bool>("--wait") { Description = "Follow the run to its end" };
        var sampling = new SamplingOptions();
        var verb = new Command("generate", "Let a policy write completions to rank")
        {
            project,
            model,
            against,
            prompts,
            completions,
            tokens,
            temperature,
            seed,
            wait,
        };
        return sampling
            .AddTo(verb)
            .Does(
                async (invocation, cancellation) =>
                {
                    using var client = invocation.Connect();
                    var run = await client.Runs.GenerateTasksAsync(
                        invocation.Value(project),
                        sampling.Fill(
                            new GenerateTasksRequest(
                                invocation.Value(model),
                                invocation.Value(prompts),
                                invocation.Value(completions),
                                invocation.Value(tokens),
                                invocation.Value(temperature),
                                invocation.Value(seed),
                                invocation.Value(against)
                            ),
                            invocation
                        ),
                        cancellation
                    );
                    if (invocation.Value(wait))
                    {
                        run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
                        RunWatch.RequireCompleted(run);
                    }

                    invocation.Write(run, writer => RunVerbs.Describe(writer, run));
                }
            );
    }
}
