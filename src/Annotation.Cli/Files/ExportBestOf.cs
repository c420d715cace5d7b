using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Annotation.Cli.Projects;
using Annotation.Cli.Runs;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Files;

/// <summary>`export best-of-n`: of n completions of each prompt the best, as a file of demonstrations that SFT can learn from.</summary>
internal static class ExportBestOf
{
    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Command Create()
    {
        var project = ProjectOption.Required();
        var model = new Option<string?>("--model")
        {
            Description = "The policy that writes (default: the promoted one, else tiny)",
            HelpName = "N",
        };
        var reward = new Option<string?>("--reward")
        {
            Description = "What chooses, as in `train ppo` (default: the project's newest reward model)",
            HelpName = "R",
        };
        var n = new Option<int>("--n") { Description = "Completions of each prompt", DefaultValueFactory = _ => 16 };
        var prompts = new Option<int?>("--prompts") { Description = "Most prompts (default: 256)" };
        var tokens = new Option<int?>("--max-tokens") { Description = "Longest completion (default: the project's)" };
        var temperature = new Option<double?>("--temperature") { Description = "Sampling temperature (default: the project's)" };
        var seed = new Option<long>("--seed") { Description = "The same seed writes the same", DefaultValueFactory = _ => 1 };
        var overlap = new Option<bool>("--allow-overlap") { Description = "Use prompts too that SFT or the reward model learned from" };
        var target = new Option<FileInfo>("--out")
        {
            Description = "The file to write, prompt and completion a line: `import demonstrations --format jsonl` reads it",
            Required = true,
            HelpName = "FILE",
        };
        var settings = SettingOption.Create();
        var sampling = new SamplingOptions();
        var verb = new Command("best-of-n", "Write the best of n completions of each prompt, by a reward")
        {
            project,
            model,
            reward,
            n,
            prompts,
            tokens,
            temperature,
            seed,
            overlap,
            settings,
            target,
        };
        return sampling
            .AddTo(verb)
            .Does(
                async (invocation, cancellation) =>
                {
                    using var client = invocation.Connect();
                    var request = new BestOfRequest(
                        invocation.Value(model),
                        invocation.Value(reward),
                        invocation.Value(n),
                        invocation.Value(prompts),
                        invocation.Value(tokens),
                        invocation.Value(temperature),
                        invocation.Value(seed),
                        invocation.Value(overlap),
                        SettingOption.Read(invocation.Value(settings))
                    );
                    var run = await client.Runs.BestOfAsync(invocation.Value(project), sampling.Fill(request, invocation), cancellation);
                    run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
                    RunWatch.RequireCompleted(run);
                    var result = run.Result ?? throw new CommandFailedException($"Run {run.Number} ended without a result.");
                    var file = invocation.Value(target);
                    await ExportVerbs.WriteWholeAsync(
                        file,
                        async stream =>
                        {
                            await using var writer = new StreamWriter(stream, leaveOpen: true);
                            foreach (var best in result.GetProperty("completions").EnumerateArray())
                            {
                                await writer.WriteLineAsync(JsonSerializer.Serialize(best, Line).AsMemory(), cancellation);
                            }

                            return file;
                        }
                    );
                    invocation.Write(
                        new
                        {
                            run = run.Number,
                            file = file.FullName,
                            prompts = result.GetProperty("prompts"),
                            score = result.GetProperty("score"),
                            scoreOfOne = result.GetProperty("scoreOfOne"),
                            kl = result.GetProperty("kl"),
                        },
                        writer =>
                            FactList.Write(
                                writer,
                                ("file", file.FullName),
                                ("prompts", result.GetProperty("prompts")),
                                ("score", result.GetProperty("score")),
                                ("score of one", result.GetProperty("scoreOfOne")),
                                ("KL in nats", result.GetProperty("kl"))
                            )
                    );
                }
            );
    }
}
