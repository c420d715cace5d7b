using System.CommandLine;
using System.Text.Json;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>`generate`: completions of one prompt.</summary>
public static class GenerateVerb
{
    /// <summary>The verb as the parser knows it.</summary>
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "The policy",
            Required = true,
            HelpName = "N",
        };
        var prompt = new Option<string>("--prompt")
        {
            Description = "What the user says",
            Required = true,
            HelpName = "TEXT",
        };
        var count = new Option<int>("--count") { Description = "How many completions", DefaultValueFactory = _ => 1 };
        var tokens = new Option<int>("--max-tokens") { Description = "Longest completion", DefaultValueFactory = _ => 64 };
        var temperature = new Option<double>("--temperature")
        {
            Description = "0 takes the likeliest token each time",
            DefaultValueFactory = _ => 1,
        };
        var seed = new Option<long>("--seed") { Description = "The same seed writes the same", DefaultValueFactory = _ => 1 };
        var stream = new Option<bool>("--stream") { Description = "Print the text while it is written (one completion)" };
        var sampling = new SamplingOptions();
        return sampling
            .AddTo(new Command("generate", "Write completions of a prompt") { model, prompt, count, tokens, temperature, seed, stream })
            .Does(
                async (invocation, cancellation) =>
                {
                    if (invocation.Value(stream) && invocation.Value(count) != 1)
                    {
                        throw new CommandFailedException("--stream prints one completion; leave --count at 1.");
                    }

                    using var client = invocation.Connect();
                    var run = await client.Runs.GenerateAsync(
                        sampling.Fill(
                            new GenerateRequest(
                                invocation.Value(model),
                                invocation.Value(prompt),
                                Count: invocation.Value(count),
                                MaxTokens: invocation.Value(tokens),
                                Temperature: invocation.Value(temperature),
                                Seed: invocation.Value(seed)
                            ),
                            invocation
                        ),
                        cancellation
                    );
                    var printed = "";
                    run = await new RunWatch(client.Runs, invocation).WaitAsync(
                        run,
                        cancellation,
                        invocation.Value(stream) ? PrintAsync : null
                    );
                    RunWatch.RequireCompleted(run);
                    int? distinct =
                        run.Result is { } written && written.TryGetProperty("distinct", out var different) ? different.GetInt32() : null;
                    if (distinct < invocation.Value(count))
                    {
                        invocation.Note($"{distinct} of {invocation.Value(count)} completions are different.");
                    }

                    var completions =
                        run.Result is { } result && result.TryGetProperty("completions", out var list)
                            ? list
                            : throw new CommandFailedException($"Run {run.Number} has no completions in its result.");
                    invocation.Write(
                        new
                        {
                            run = run.Number,
                            model = invocation.Value(model),
                            distinct,
                            completions,
                        },
                        writer => WriteTexts(writer, completions, printed)
                    );

                    async Task PrintAsync(RunRow running)
                    {
                        var metrics = await client.Runs.MetricsAsync(running.Id.ToString(), long.MaxValue, cancellation);
                        var text = metrics.Samples.MaxBy(s => s.Step)?.Completion ?? "";
                        if (text.Length > printed.Length && text.StartsWith(printed, StringComparison.Ordinal))
                        {
                            invocation.WritePart(text[printed.Length..]);
                            printed = text;
                        }
                    }
                }
            );
    }

    // What a stream has printed is not printed again.
    private static void WriteTexts(TextWriter writer, JsonElement completions, string printed)
    {
        foreach (var completion in completions.EnumerateArray())
        {
            var text = completion.GetProperty("text").GetString()!;
            writer.WriteLine(text.StartsWith(printed, StringComparison.Ordinal) ? text[printed.Length..] : text);
        }
    }
}
