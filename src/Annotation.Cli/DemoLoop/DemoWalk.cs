using System.Globalization;
using Annotation.Cli.Terminal;
using Annotation.Client;
using Annotation.Client.Contracts;
using Annotation.Demo.Judges;
using Annotation.Demo.Projects;
using Annotation.Demo.Prompts;

namespace Annotation.Cli.DemoLoop;

/// <summary>
/// Walks the whole loop on a running platform, as its people would: through the HTTP API, with runs in the worker. Only the labelers are
/// programs, and the gold judge that they look at also measures the end.
/// </summary>
public sealed class DemoWalk(AnnotationClient client, string server, DemoSettings settings, Invocation invocation)
{
    private const string Sft = "demo-sft";
    private const string Reward = "demo-reward";
    private const string Ppo = "demo-ppo";
    private const string GoldJudgeName = "gold:demo";
    private const string Project = DemoProject.Name;

    private readonly List<DemoStage> stages = [];
    private readonly List<string> failures = [];
    private readonly DemoRuns runs = new(client, settings, invocation);
    private readonly WorldFiles files = new(client, settings);

    /// <summary>Does every stage and judges the whole.</summary>
    /// <param name="told">Given each stage as soon as it is done.</param>
    /// <param name="cancellation">Stops between and within stages.</param>
    public async Task<DemoReport> RunAsync(Action<DemoStage> told, CancellationToken cancellation)
    {
        var start = invocation.Time.GetTimestamp();
        // 1. A project, people's demonstrations, and the policy that imitates them.
        await StageAsync("data", ImportAsync, told, cancellation);
        await StageAsync("SFT", TrainSftAsync, told, cancellation);
        // 2. Its completions, ranked by people; the reward model of their rankings.
        await StageAsync("completions", GenerateAsync, told, cancellation);
        await StageAsync("rankings", RankAsync, told, cancellation);
        await StageAsync("reward model", TrainRewardAsync, told, cancellation);
        await StageAsync("reward model on test rankings", EvaluateRewardAsync, told, cancellation);
        // 3. PPO on prompts that nobody has seen, measured beside the policy that it started from.
        await StageAsync("PPO", TrainPpoAsync, told, cancellation);
        await StageAsync("PPO against SFT, gold judge", EvaluateGoldAsync, told, cancellation);
        await StageAsync("PPO against SFT, reward model", EvaluateByRewardAsync, told, cancellation);
        // 4. The better policy writes the next tasks.
        await StageAsync("promotion", PromoteAsync, told, cancellation);
        return new DemoReport(settings.Seed, settings.ShuffleLabels, stages, invocation.Time.GetElapsedTime(start).TotalSeconds, failures);
    }

    private async Task StageAsync(
        string name,
        Func<CancellationToken, Task<Dictionary<string, object?>>> work,
        Action<DemoStage> told,
        CancellationToken cancellation
    )
    {
        var start = invocation.Time.GetTimestamp();
        var figures = await work(cancellation);
        var stage = new DemoStage(name, invocation.Time.GetElapsedTime(start).TotalSeconds, figures);
        stages.Add(stage);
        told(stage);
    }

    private async Task<Dictionary<string, object?>> ImportAsync(CancellationToken cancellation)
    {
        await client.Projects.CreateAsync(
            new CreateProjectRequest(
                Project,
                DemoProject.Description,
                DemoProject.Guideline,
                [.. DemoProject.Criteria.Select(c => new CriterionRow(c.Key, c.Name, c.Guideline, c.Weight))],
                settings.CompletionsPerTask,
                JudgementsPerTask: 2
            ),
            cancellation
        );
        // Completions are written for the oldest prompts first: those to rank come before those that were answered by people.
        var ranked = await files.ImportPromptsAsync(Project, PromptUse.Rankings, settings.RankedPrompts, cancellation);
        var demonstrations = await files.ImportDemonstrationsAsync(Project, cancellation);
        return new() { ["prompts to rank"] = ranked, ["demonstrations"] = demonstrations };
    }

    private Task<Dictionary<string, object?>> TrainSftAsync(CancellationToken cancellation) =>
        runs.TrainAsync("sft", "tiny", Sft, new() { ["epochs"] = Text(settings.SftEpochs) }, cancellation);

    private async Task<Dictionary<string, object?>> GenerateAsync(CancellationToken cancellation)
    {
        // The first prompts go to two people each, the others to one.
        var twice = await GenerateTasksAsync(settings.TwiceRankedPrompts, cancellation);
        await client.Projects.ChangeAsync(Project, new ChangeProjectRequest(JudgementsPerTask: 1), cancellation);
        var once = await GenerateTasksAsync(settings.RankedPrompts - settings.TwiceRankedPrompts, cancellation);
        var project = await client.Projects.ShowAsync(Project, cancellation);
        return new()
        {
            ["runs"] = $"{twice.Number}, {once.Number}",
            ["tasks"] = project.OpenTaskCount,
            ["completions"] = project.CompletionCount,
        };
    }

    private async Task<RunRow> GenerateTasksAsync(int prompts, CancellationToken cancellation) =>
        await runs.WaitAsync(
            await client.Runs.GenerateTasksAsync(
                Project,
                new GenerateTasksRequest(Sft, prompts, settings.CompletionsPerTask, settings.MaxTokens, Temperature: 1, settings.Seed),
                cancellation
            ),
            cancellation
        );

    private async Task<Dictionary<string, object?>> RankAsync(CancellationToken cancellation)
    {
        var labeling = new SimulatedLabeling(client, server, new DemoJudge(), settings);
        var submissions = await labeling.RunAsync(Project, cancellation);
        var project = await client.Projects.ShowAsync(Project, cancellation);
        return new()
        {
            ["people"] = settings.Labelers,
            ["submissions"] = submissions,
            ["rankings"] = project.RankingCount,
            ["orders shuffled"] = settings.ShuffleLabels ? "yes" : null,
        };
    }

    private async Task<Dictionary<string, object?>> TrainRewardAsync(CancellationToken cancellation)
    {
        var set = await client.Projects.FreezeAsync(Project, cancellation);
        var figures = await runs.TrainAsync("reward", Sft, Reward, new() { ["set"] = Text(set.Number) }, cancellation);
        figures["preference set"] = set.ContentHash;
        figures["train, validation, test"] = $"{set.TrainCount}, {set.ValidationCount}, {set.TestCount}";
        return figures;
    }

    private async Task<Dictionary<string, object?>> EvaluateRewardAsync(CancellationToken cancellation)
    {
        var result = await runs.EvaluateAsync(new EvaluateRequest("reward", Reward, Project: Project), cancellation);
        var accuracy = result.Get(GoldJudge.Overall, "accuracy");
        var longer = result.Get(GoldJudge.Overall, "longerWins");
        var words = result.Get(GoldJudge.Overall, "bagOfWords");
        if (accuracy.Value <= Math.Max(longer.Value, words.Value))
        {
            failures.Add($"The reward model does not beat its baselines: accuracy {accuracy}, longer wins {longer}, bag of words {words}.");
        }
        else if (accuracy.Low <= 0.5)
        {
            failures.Add($"The reward model's accuracy cannot be told from a coin's: {accuracy}.");
        }

        return new()
        {
            ["pairs"] = result.Number(GoldJudge.Overall, "pairs"),
            ["accuracy"] = accuracy,
            ["longer wins"] = longer,
            ["bag of words"] = words,
            ["labelers agree"] = result.Find(GoldJudge.Overall, "labelerAgreement"),
            ["negative log-likelihood"] = result.Number(GoldJudge.Overall, "nll"),
            ["calibration error"] = result.Number(GoldJudge.Overall, "calibrationError"),
        };
    }

    private async Task<Dictionary<string, object?>> TrainPpoAsync(CancellationToken cancellation)
    {
        var prompts = await files.ImportPromptsAsync(Project, PromptUse.Optimization, settings.PpoPrompts, cancellation);
        var figures = await runs.TrainAsync(
            "ppo",
            Sft,
            Ppo,
            new()
            {
                ["reward"] = Reward,
                ["iterations"] = Text(settings.PpoIterations),
                ["maxNewTokens"] = Text(settings.MaxTokens),
            },
            cancellation
        );
        figures["prompts imported"] = prompts;
        return figures;
    }

    private async Task<Dictionary<string, object?>> EvaluateGoldAsync(CancellationToken cancellation)
    {
        var result = await EvaluatePolicyAsync(
            GoldJudgeName,
            new() { ["bestOf"] = Text(settings.BestOf), ["reward"] = Reward },
            cancellation
        );
        var winRate = result.Get(GoldJudge.Overall, "winRate");
        var before = result.Get(GoldJudge.Overall, "scoreB");
        var after = result.Get(GoldJudge.Overall, "scoreA");
        if (winRate.Value <= 0.5 || after.Low <= before.Value)
        {
            failures.Add($"PPO does not beat SFT on the gold judge: score {before} became {after}, win rate {winRate}.");
        }

        var figures = new Dictionary<string, object?>
        {
            ["prompts"] = result.Number(GoldJudge.Overall, "prompts"),
            ["win rate"] = winRate,
            ["KL in nats"] = result.Find("sequenceKl"),
            ["characters, SFT and PPO"] = Pair(result.Number(GoldJudge.Overall, "lengthB"), result.Number(GoldJudge.Overall, "lengthA")),
        };
        foreach (var criterion in result.Criteria)
        {
            figures[$"gold {criterion}, SFT and PPO"] = Pair(result.Get(criterion, "scoreB").Value, result.Get(criterion, "scoreA").Value);
        }

        if (result.BestOf("score") is { } best && result.BestOf("kl") is { } kl)
        {
            figures[$"gold overall, best of {settings.BestOf} of SFT"] = $"{Text(best)} at a KL of {Text(kl)} nats";
        }

        return figures;
    }

    private async Task<Dictionary<string, object?>> EvaluateByRewardAsync(CancellationToken cancellation)
    {
        var result = await EvaluatePolicyAsync(Reward, [], cancellation);
        var criterion = result.Criteria.Contains(GoldJudge.Overall) ? GoldJudge.Overall : result.Criteria[0];
        return new()
        {
            ["win rate"] = result.Get(criterion, "winRate"),
            ["score, SFT and PPO"] = Pair(result.Get(criterion, "scoreB").Value, result.Get(criterion, "scoreA").Value),
        };
    }

    private async Task<Dictionary<string, object?>> PromoteAsync(CancellationToken cancellation)
    {
        var model = await client.Models.PromoteAsync(Ppo, Project, cancellation);
        return new() { ["promoted"] = model.Name };
    }

    private Task<EvaluationResult> EvaluatePolicyAsync(string judge, Dictionary<string, string> more, CancellationToken cancellation) =>
        runs.EvaluateAsync(
            new EvaluateRequest(
                "policy",
                Ppo,
                Sft,
                judge,
                Project,
                "jsonl",
                "evaluation.jsonl",
                files.Prompts(PromptUse.Evaluation, settings.EvaluationPrompts),
                new Dictionary<string, string>(more)
                {
                    ["seed"] = Text(settings.Seed),
                    ["prompts"] = Text(settings.EvaluationPrompts),
                    ["maxTokens"] = Text(settings.MaxTokens),
                }
            ),
            cancellation
        );

    private static string Pair(double before, double after) => $"{Text(before)}, {Text(after)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.000", CultureInfo.InvariantCulture);
}
