using System.CommandLine;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;

namespace Annotation.Cli.DemoLoop;

/// <summary>`simulate prompts|labelers`: the demo's worlds and people, for experiments on a running platform.</summary>
public static class SimulateVerbs
{
    private static readonly Option<int> Seed = new("--seed") { DefaultValueFactory = _ => 1, HelpName = "S" };

    /// <summary>The verb with its parts.</summary>
    public static Command Create() => new("simulate", "Prompts and labelers by program, for experiments") { Prompts(), Labelers() };

    private static Command Prompts()
    {
        var world = new Option<string>("--world") { Description = "demo or stories", Required = true };
        world.AcceptOnlyFromAmong([.. GoldJudge.All.Select(judge => judge.Name)]);
        var use = new Option<PromptUse>("--use")
        {
            Description = "What they are for; prompts of different uses never overlap",
            Required = true,
        };
        var count = new Option<int>("--count") { Description = "How many", Required = true };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 5000)
            {
                result.AddError("--count is 1 to 5000.");
            }
        });
        var target = new Option<FileInfo>("--out") { Description = "The JSONL file to write", Required = true };
        return new Command("prompts", "Write prompts of a world to a file that `import prompts` reads")
        {
            world,
            use,
            count,
            Seed,
            target,
        }.Does(
            async Task (invocation, cancellation) =>
            {
                var (drawn, seed) = (invocation.Value(count), (ulong)invocation.Value(Seed));
                IEnumerable<string> texts =
                    invocation.Value(world) == "stories"
                        ? StoryPrompts.Draw(invocation.Value(use), drawn, seed)
                        : PromptPool.Draw(invocation.Value(use), drawn, seed).Select(prompt => prompt.Text);
                var file = invocation.Value(target);
                await File.WriteAllBytesAsync(file.FullName, WorldFiles.Lines(texts), cancellation);
                invocation.Write(
                    new { file = file.FullName, prompts = drawn },
                    writer => writer.WriteLine($"{file.FullName}: {drawn} prompts")
                );
            }
        );
    }

    private static Command Labelers()
    {
        var project = ProjectOption.Required();
        var judge = new Option<string>("--judge")
        {
            Description = "Whose gold scores they see: gold:demo or gold:stories",
            Required = true,
        };
        judge.AcceptOnlyFromAmong([.. GoldJudge.All.Select(one => $"gold:{one.Name}")]);
        var people = new Option<int>("--labelers") { Description = "How many people, 1 to 8", DefaultValueFactory = _ => 4 };
        var shuffle = new Option<bool>("--shuffle-labels") { Description = "Replace their orders by random ones" };
        return new Command("labelers", "Let simulated people rank a project's open tasks, as themselves and through the API")
        {
            project,
            judge,
            people,
            Seed,
            shuffle,
        }.Does(
            async Task (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var gold = GoldJudge.Find(invocation.Value(judge)["gold:".Length..])!;
                var settings = new DemoSettings
                {
                    Seed = invocation.Value(Seed),
                    Labelers = invocation.Value(people),
                    ShuffleLabels = invocation.Value(shuffle),
                };
                var labeling = new SimulatedLabeling(client, client.Server, gold, settings);
                var submissions = await labeling.RunAsync(invocation.Value(project), cancellation);
                invocation.Write(new { submissions }, writer => writer.WriteLine($"{submissions} submissions"));
            }
        );
    }
}
