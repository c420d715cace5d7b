using System.CommandLine;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>`evaluate reward|policy|frontier`.</summary>
public static class EvaluateVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() => new("evaluate", "Measure a model") { Reward(), Policy(), FrontierVerb.Create() };

    private static Command Reward()
    {
        var model = Model("The reward model");
        var project = ProjectOption.Optional();
        var format = new Option<string?>("--format") { Description = "Format of FILE", HelpName = "F" };
        var file = new Argument<FileInfo?>("FILE")
        {
            Description = "Preferences to measure on (default: the test split of the set it was trained on)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var settings = SettingOption.Create();
        var verb = new Command("reward", "Accuracy, calibration and the baselines on the same pairs")
        {
            model,
            project,
            format,
            settings,
            file,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(file) is { Tokens.Count: > 0 } != result.GetResult(format) is { Implicit: false })
            {
                result.AddError("--format and FILE go together.");
            }
        });
        return verb.Does(
            async (invocation, cancellation) =>
            {
                var input = invocation.Value(file);
                await EvaluateAsync(
                    invocation,
                    new EvaluateRequest(
                        "reward",
                        invocation.Value(model),
                        Project: invocation.Value(project),
                        Format: invocation.Value(format),
                        FileName: input?.Name,
                        File: input is null ? null : await InputFile.ReadBytesAsync(input, cancellation),
                        Settings: SettingOption.Read(invocation.Value(settings))
                    ),
                    cancellation
                );
            }
        );
    }

    private static Command Policy()
    {
        var model = Model("The policy to measure");
        var against = new Option<string>("--against")
        {
            Description = "The policy to compare with",
            Required = true,
            HelpName = "B",
        };
        var judge = new Option<string>("--judge")
        {
            Description = "A reward model's name, gold:demo, gold:stories, or people: the rankings that hold completions of both",
            Required = true,
            HelpName = "JUDGE",
        };
        var project = ProjectOption.Optional();
        var prompts = new Option<FileInfo?>("--prompts")
        {
            Description = "JSONL file of prompts (default: the project's)",
            HelpName = "FILE",
        };
        var settings = SettingOption.Create();
        return new Command("policy", "Win rate, mean score, KL and length of one policy beside another")
        {
            model,
            against,
            judge,
            project,
            prompts,
            settings,
        }.Does(
            async (invocation, cancellation) =>
            {
                var input = invocation.Value(prompts);
                await EvaluateAsync(
                    invocation,
                    new EvaluateRequest(
                        "policy",
                        invocation.Value(model),
                        invocation.Value(against),
                        invocation.Value(judge),
                        invocation.Value(project),
                        input is null ? null : "jsonl",
                        input?.Name,
                        input is null ? null : await InputFile.ReadBytesAsync(input, cancellation),
                        SettingOption.Read(invocation.Value(settings))
                    ),
                    cancellation
                );
            }
        );
    }

    private static async Task EvaluateAsync(Invocation invocation, EvaluateRequest request, CancellationToken cancellation)
    {
        using var client = invocation.Connect();
        var run = await client.Runs.EvaluateAsync(request, cancellation);
        run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
        RunWatch.RequireCompleted(run);
        invocation.Write(
            new
            {
                run = run.Number,
                model = request.Model,
                result = run.Result,
            },
            writer => RunResult.Write(writer, run.Result)
        );
    }

    private static Option<string> Model(string description) =>
        new("--model")
        {
            Description = description,
            Required = true,
            HelpName = "N",
        };
}
