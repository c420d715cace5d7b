using System.CommandLine;
using System.Text.Json;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>
/// `evaluate frontier`: policies of different KL coefficients, and best-of-n without training, as score against KL, on the same prompts. With a
/// proxy, the reward model that they were trained on, what it gained beyond the judge since the start grows where they over-optimise.
/// </summary>
internal static class FrontierVerb
{
    // As many as an evaluation can have.
    private const string AllPrompts = "1000000";

    internal static Command Create()
    {
        var models = new Option<string[]>("--model")
        {
            Description = "A policy to measure; may be repeated",
            Required = true,
            HelpName = "N",
        };
        var against = new Option<string>("--against")
        {
            Description = "The policy that they started from",
            Required = true,
            HelpName = "B",
        };
        var judge = new Option<string>("--judge")
        {
            Description = "Whose score is plotted: a reward model they were not trained on, gold:demo or gold:stories",
            Required = true,
            HelpName = "JUDGE",
        };
        var proxy = new Option<string?>("--proxy")
        {
            Description = "The reward model they were trained on; it picks the best of n, too",
            HelpName = "N",
        };
        var project = ProjectOption.Optional();
        var file = new Option<FileInfo?>("--out") { Description = "Write a picture (.svg) or a table (.csv)", HelpName = "FILE" };
        file.Validators.Add(result =>
        {
            if (result.Tokens is [var name] && Path.GetExtension(name.Value).ToLowerInvariant() is not (".svg" or ".csv"))
            {
                result.AddError($"--out {name.Value}: the name ends with .svg or .csv.");
            }
        });
        var settings = SettingOption.Create();
        return new Command("frontier", "Score against KL: policies beside best-of-n")
        {
            models,
            against,
            judge,
            proxy,
            project,
            file,
            settings,
        }.Does(
            async (invocation, cancellation) =>
            {
                var points = new List<FrontierPoint>();
                var pairs = SettingOption.Read(invocation.Value(settings));
                var named = invocation.Value(proxy);
                if (named is not null)
                {
                    pairs["reward"] = named;
                }

                // Best-of-n stands beside the policies on their own prompts.
                pairs.TryAdd("bestOfPrompts", AllPrompts);
                // Reward models count in their standard deviations; a gold judge has units of its own.
                var sameUnits = !invocation.Value(judge).StartsWith("gold:", StringComparison.Ordinal);
                foreach (var model in invocation.Value(models))
                {
                    var request = new EvaluateRequest(
                        "policy",
                        model,
                        invocation.Value(against),
                        invocation.Value(judge),
                        invocation.Value(project),
                        Settings: pairs
                    );
                    // The pool of completions to pick from is the same for every model: measured once.
                    var judged = await EvaluateAsync(invocation, request, pairs, points.Count > 0, cancellation);
                    JsonElement? proxied = named is null
                        ? null
                        : await EvaluateAsync(invocation, request with { Judge = named }, pairs, true, cancellation);
                    points.AddRange(FrontierPoint.Of(model, judged, proxied, isFirst: points.Count == 0, sameUnits));
                }
                if (!points.Exists(p => p.IsBestOf))
                {
                    invocation.Note("There is no best-of-n: the first policy was trained on no reward model; name one with --proxy.");
                }
                if (invocation.Value(file) is { } place)
                {
                    var isPicture = place.Extension.Equals(".svg", StringComparison.OrdinalIgnoreCase);
                    var text = isPicture ? FrontierPicture.Draw(points, invocation.Value(judge)) : FrontierPoint.Table(points);
                    await File.WriteAllTextAsync(place.FullName, text, cancellation);
                }
                invocation.Write(points, writer => writer.Write(FrontierPoint.Table(points)));
            }
        );
    }

    private static async Task<JsonElement> EvaluateAsync(
        Invocation invocation,
        EvaluateRequest request,
        IReadOnlyDictionary<string, string> settings,
        bool withoutPool,
        CancellationToken cancellation
    )
    {
        if (withoutPool)
        {
            request = request with { Settings = new Dictionary<string, string>(settings) { ["bestOf"] = "1" } };
        }
        using var client = invocation.Connect();
        var run = await client.Runs.EvaluateAsync(request, cancellation);
        run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
        RunWatch.RequireCompleted(run);
        return run.Result ?? throw new CommandFailedException($"Run {run.Number} ended without figures.");
    }
}
