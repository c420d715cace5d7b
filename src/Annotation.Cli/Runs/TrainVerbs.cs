using System.CommandLine;
using System.Globalization;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;
using Annotation.Demo.Projects;

namespace Annotation.Cli.Runs;

/// <summary>`train base|sft|reward|ppo|rloo|grpo|dpo`: starts a run; with `--wait` follows it and ends as it ends.</summary>
public static class TrainVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("train", "Train a model")
        {
            Of("base", "Train a small model from nothing on plain text"),
            Of("sft", "Fine-tune on demonstrations"),
            Of("reward", "Train a reward model on rankings"),
            Of("ppo", "Improve a policy against a reward, with a value model"),
            Of("rloo", "Improve a policy against a reward, each completion against the prompt's others"),
            Of("grpo", "Improve a policy against rewards relative to the prompt's other completions"),
            Of("dpo", "Improve a policy on rankings, without a reward model"),
        };

    private static Command Of(string kind, string description)
    {
        var project = ProjectOption.Required();
        if (kind == "base")
        {
            // What it reads by default is the demo's corpus.
            project.Required = false;
            project.DefaultValueFactory = _ => DemoProject.Name;
        }

        var start = new Option<string?>("--base")
        {
            Description = "The model to start from (default: the project's promoted policy, else tiny)",
            HelpName = "N",
        };
        var name = new Option<string?>("--out") { Description = "The new model's name", HelpName = "NAME" };
        var seed = new Option<long?>("--seed") { Description = "Seed of all chance in the run", HelpName = "S" };
        var corpus = new Option<string?>("--corpus") { Description = "What a base model reads", HelpName = "NAME" };
        var reward = new Option<string?>("--reward")
        {
            Description = "What scores: a reward model, program:FILE, an address, or a sum like 0.7*N + 0.3*program:FILE",
            HelpName = "R",
        };
        var set = new Option<string?>("--preferences")
        {
            Description = "The preference set's number (default: frozen now)",
            HelpName = "SET",
        };
        var overlap = new Option<bool>("--allow-overlap") { Description = "Use prompts too that SFT or the reward model learned from" };
        var settings = SettingOption.Create();
        var wait = new Option<bool>("--wait") { Description = "Follow the run to its end" };
        var verb = new Command(kind, description) { project, start, name, seed, settings, wait };
        // Each kind offers what it understands; a run's settings take the same values by name.
        foreach (
            var option in kind switch
            {
                "base" => (Option[])[corpus],
                "reward" or "dpo" => [set],
                "ppo" or "rloo" or "grpo" => [reward, overlap],
                _ => [],
            }
        )
        {
            verb.Add(option);
        }

        return verb.Does(
            async (invocation, cancellation) =>
            {
                var pairs = SettingOption.Read(invocation.Value(settings));
                Put("seed", invocation.Value(seed)?.ToString(CultureInfo.InvariantCulture));
                Put("corpus", invocation.Value(corpus));
                Put("reward", invocation.Value(reward));
                Put("set", invocation.Value(set));
                using var client = invocation.Connect();
                var run = await client.Runs.StartAsync(
                    invocation.Value(project),
                    new StartRunRequest(kind, invocation.Value(start), invocation.Value(name), pairs, invocation.Value(overlap)),
                    cancellation
                );
                if (invocation.Value(wait))
                {
                    run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
                    RunWatch.RequireCompleted(run);
                }

                invocation.Write(run, writer => RunVerbs.Describe(writer, run));

                void Put(string key, string? value)
                {
                    if (value is not null)
                    {
                        pairs[key] = value;
                    }
                }
            }
        );
    }
}
