using System.Text.Json;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Training;

/// <summary>Every kind of run at toy size, on real rows and real tensors.</summary>
public sealed class LoopTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private const string QuickSft = """{"epochs": "2", "batchSize": "16"}""";
    private const string QuickReward = """{"epochs": 2, "batchPrompts": 8}""";
    private const string QuickPpo = """{"iterations": 2, "rolloutSize": 8, "minibatchSize": 8, "epochs": 1, "maxNewTokens": 8}""";

    [Fact]
    public async Task From_demonstrations_and_rankings_to_a_policy_that_writes_the_next_tasks()
    {
        var project = await fixture.WithPromptsAsync("loop", 0);
        var demonstrated = await fixture.AddPromptsAsync(project, 40);
        var ranked = await fixture.AddPromptsAsync(project, 40, offset: 100);
        var fresh = await fixture.AddPromptsAsync(project, 20, offset: 200);
        await fixture.DemonstrateAsync(project, demonstrated);
        await fixture.RankAsync(project, ranked);

        var sft = await RunAsync(RunKind.Sft, project, QuickSft, "loop-sft");
        var sftModel = await ModelAsync(sft);
        Assert.Equal((ModelKind.Policy, sft.BaseModelId), (sftModel.Kind, sftModel.BaseModelId));
        await using var db = fixture.CreateContext();
        var used = await db.RunPrompts.Where(p => p.RunId == sft.Id).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(demonstrated.Count(p => p.Split == Split.Train), used.Count(p => p.Use == PromptUse.Trained));
        Assert.Equal(demonstrated.Count(p => p.Split == Split.Validation), used.Count(p => p.Use == PromptUse.Validated));
        Assert.NotEmpty(
            await db.RunMetrics.Where(m => m.RunId == sft.Id && m.Name == "loss").ToListAsync(TestContext.Current.CancellationToken)
        );

        var reward = await RunAsync(RunKind.Reward, project, QuickReward, "loop-reward", baseModelId: sftModel.Id);
        var rewardModel = await ModelAsync(reward);
        Assert.Equal(["overall", "truthfulness"], rewardModel.Criteria!);
        Assert.Equal((ModelKind.Reward, reward.PreferenceSetId), (rewardModel.Kind, rewardModel.PreferenceSetId));
        var test = ranked.Where(p => p.Split == Split.Test).Select(p => p.Id).ToHashSet();
        Assert.NotEmpty(test);
        // The test split measures it, beside the baselines, and does nothing else.
        var held = await db
            .RunPrompts.Where(p => p.RunId == reward.Id && test.Contains(p.PromptId))
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(test, held.Select(p => p.PromptId).ToHashSet());
        Assert.All(held, p => Assert.Equal(PromptUse.Evaluated, p.Use));
        using var measured = JsonDocument.Parse(reward.Result!);
        var reports = measured.RootElement.GetProperty("test").EnumerateArray().ToList();
        Assert.Equal(["overall", "truthfulness"], reports.Select(r => r.GetProperty("criterion").GetString()));
        Assert.Equal(test.Count, measured.RootElement.GetProperty("testRankings").GetInt32());
        foreach (var figure in new[] { "accuracy", "longerWins", "bagOfWords", "gap" })
        {
            Assert.InRange(reports[0].GetProperty(figure).GetProperty("low").GetDouble(), -1, 1);
        }

        var ppo = await RunAsync(RunKind.Ppo, project, QuickPpo, "loop-ppo", baseModelId: sftModel.Id);
        Assert.Equal(rewardModel.Id, ppo.RewardModelId);
        Assert.Contains("left out because", ppo.Notice, StringComparison.Ordinal);
        var trained = await db
            .RunPrompts.Where(p => p.RunId == ppo.Id)
            .Select(p => p.PromptId)
            .ToListAsync(TestContext.Current.CancellationToken);
        var learned = used.Select(p => p.PromptId)
            .Concat(
                await db
                    .RunPrompts.Where(p => p.RunId == reward.Id)
                    .Select(p => p.PromptId)
                    .ToListAsync(TestContext.Current.CancellationToken)
            );
        Assert.Empty(trained.Intersect(learned));
        Assert.Superset(fresh.Where(p => p.Split != Split.Test).Select(p => p.Id).ToHashSet(), trained.ToHashSet());
        Assert.NotEmpty(await db.RunSamples.Where(s => s.RunId == ppo.Id).ToListAsync(TestContext.Current.CancellationToken));

        var generate = await RunAsync(
            RunKind.Generate,
            project,
            """{"prompts": 6, "maxTokens": 8}""",
            output: null,
            (await ModelAsync(ppo)).Id
        );
        var tasks = await db
            .LabelingTasks.Include(t => t.Completions)
            .Where(t => t.RunId == generate.Id)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(6, tasks.Count);
        Assert.All(tasks, t => Assert.Equal((LabelingTaskKind.Ranking, ppo.OutputModelId), (t.Kind, t.ModelId)));
        var ids = tasks.SelectMany(t => t.Completions).Select(c => c.CompletionId).ToList();
        var written = await db.Completions.Where(c => ids.Contains(c.Id)).ToListAsync(TestContext.Current.CancellationToken);
        Assert.All(written, c => Assert.Equal((ppo.OutputModelId, "loop-ppo", generate.Id), (c.ModelId, c.ModelName, c.RunId)));
        Assert.All(
            written.GroupBy(c => c.PromptId),
            g => Assert.Equal(g.Count(), g.Select(c => PromptText.Normalize(c.Text)).Distinct().Count())
        );
    }

    [Fact]
    public async Task Rloo_grpo_and_dpo_make_policies_whose_lineage_names_what_they_learned_from()
    {
        var project = await fixture.WithPromptsAsync("peers", 0);
        var ranked = await fixture.AddPromptsAsync(project, 30);
        await fixture.RankAsync(project, ranked);
        await fixture.DemonstrateAsync(project, await fixture.AddPromptsAsync(project, 20, offset: 100));
        var fresh = await fixture.AddPromptsAsync(project, 20, offset: 200);

        const string quickDpo = """{"epochs": 1, "batchPrompts": "8", "loss": "ipo", "criterion": "truthfulness"}""";
        var dpo = await RunAsync(RunKind.Dpo, project, quickDpo, "peers-dpo");
        var dpoModel = await ModelAsync(dpo);
        Assert.Equal((ModelKind.Policy, dpo.PreferenceSetId), (dpoModel.Kind, dpoModel.PreferenceSetId));
        Assert.NotNull(dpo.PreferenceSetId);
        await using var db = fixture.CreateContext();
        var learned = await UsedAsync(dpo);
        Assert.Equal(
            ranked.Where(p => p.Split == Split.Train).Select(p => p.Id).ToHashSet(),
            learned.Where(p => p.Use == PromptUse.Trained).Select(p => p.PromptId).ToHashSet()
        );

        var reward = await RunAsync(RunKind.Reward, project, QuickReward, "peers-reward");
        const string quick =
            """{"iterations": 2, "rolloutSize": 8, "minibatchSize": 8, "maxNewTokens": 8, "pretrainingCoefficient": "0.1", "averageDecay": "0.5"}""";
        foreach (var kind in (RunKind[])[RunKind.Rloo, RunKind.Grpo])
        {
            var run = await RunAsync(kind, project, quick, $"peers-{kind}", baseModelId: dpoModel.Id);
            Assert.Equal((reward.OutputModelId, dpoModel.Id), (run.RewardModelId, (await ModelAsync(run)).BaseModelId));
            var trained = (await UsedAsync(run)).Select(p => p.PromptId).ToHashSet();
            Assert.Empty(trained.Intersect(learned.Select(p => p.PromptId)));
            Assert.Superset(fresh.Where(p => p.Split != Split.Test).Select(p => p.Id).ToHashSet(), trained);
            Assert.Contains(
                await db.RunMetrics.Where(m => m.RunId == run.Id).ToListAsync(TestContext.Current.CancellationToken),
                m => m.Name == "flatGroups"
            );
        }

        async Task<List<RunPrompt>> UsedAsync(Run run) =>
            await db.RunPrompts.Where(p => p.RunId == run.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_program_beside_a_reward_model_scores_what_a_policy_writes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/env"), "There is no env to start a program by.");
        var project = await fixture.WithPromptsAsync("program", 0);
        await fixture.RankAsync(project, await fixture.AddPromptsAsync(project, 30));
        await fixture.AddPromptsAsync(project, 20, offset: 200);
        var reward = await RunAsync(RunKind.Reward, project, QuickReward, "program-reward");
        var program = Path.Combine(fixture.Options.RewardPrograms!, "shorter.sh");
        await File.WriteAllTextAsync(
            program,
            "#!/usr/bin/env sh\nwhile read -r row; do echo \"-${#row}\"; done\n",
            TestContext.Current.CancellationToken
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var second = await RunAsync(RunKind.Reward, project, QuickReward, "program-second");
        const string formula = "0.05*program-reward + 0.05*program-second + 0.01*program:shorter.sh";
        const string quick =
            $$"""{"iterations": 2, "rolloutSize": 8, "minibatchSize": 8, "maxNewTokens": 8, "scoreClip": "none", "reward": "{{formula}}"}""";

        var run = await RunAsync(RunKind.Rloo, project, quick, "program-rloo");

        Assert.Equal(reward.OutputModelId, run.RewardModelId);
        // Both reward models are ancestors, with what they learned from.
        var lineage = await fixture.Get<TraceModel>().RunAsync(run.OutputModelId!.Value, TestContext.Current.CancellationToken);
        Assert.Superset(
            new HashSet<Guid> { reward.OutputModelId!.Value, second.OutputModelId!.Value },
            lineage.Value!.Select(t => t.Model.Id).ToHashSet()
        );
        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal(formula, result.RootElement.GetProperty("reward").GetString());
        // A row of JSON has some hundred characters, each of which costs a hundredth.
        Assert.InRange(result.RootElement.GetProperty("metrics").GetProperty("score").GetDouble(), -10, -0.3);

        foreach (
            var (wrong, sentence) in new[]
            {
                ("program:nothing.sh", "no reward program nothing.sh"),
                ("program:../shorter.sh", "is no reward"),
                ("program-rm + program:shorter.sh", "no model named 'program-rm'"),
            }
        )
        {
            var refused = await fixture.ExecuteAsync(
                await fixture.AddRunAsync(RunKind.Ppo, project.Id, $$"""{"reward": "{{wrong}}"}""", $"program-{Guid.CreateVersion7()}")
            );
            Assert.Equal(RunState.Failed, refused.State);
            Assert.Contains(sentence, refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ppo_refuses_when_no_fresh_prompt_is_left_unless_overlap_is_allowed_and_then_says_so()
    {
        var project = await fixture.WithPromptsAsync("overlap", 0);
        var prompts = await fixture.AddPromptsAsync(project, 30);
        await fixture.RankAsync(project, prompts);
        await RunAsync(RunKind.Reward, project, QuickReward, "overlap-reward");

        var refused = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Ppo, project.Id, QuickPpo, "overlap-refused"));
        Assert.Equal(RunState.Failed, refused.State);
        Assert.Contains("learned from all", refused.Error, StringComparison.Ordinal);

        var allowed = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Ppo, project.Id, QuickPpo, "overlap-allowed", allowOverlap: true)
        );
        Assert.Equal((RunState.Completed, null), (allowed.State, allowed.Error));
        Assert.Contains("Overlap was allowed", allowed.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_prompt_gets_completions_that_depend_on_the_seed_alone()
    {
        const string settings = """{"prompt": "hello", "count": 3, "maxTokens": 8}""";
        var first = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, settings: settings));
        var second = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, settings: settings));

        Assert.Equal((RunState.Completed, null), (first.State, first.Error));
        using var result = JsonDocument.Parse(first.Result!);
        Assert.Equal(3, result.RootElement.GetProperty("completions").GetArrayLength());
        Assert.Equal(first.Result, second.Result);
    }

    [Fact]
    public async Task A_base_model_of_a_wanted_shape_is_trained_from_nothing()
    {
        var project = await fixture.WithPromptsAsync("from-nothing", 0);
        const string settings =
            """{"corpus": "demo", "documents": "40", "validationDocuments": "10", "hiddenSize": "16", "layers": "1", "heads": "2", "contextLength": "64", "maxLength": "64", "batchSize": "4", "precision": "bf16", "recomputeActivations": "true"}""";

        var run = await RunAsync(RunKind.Base, project, settings, "from-nothing");

        var model = await ModelAsync(run);
        Assert.Equal((ModelKind.Policy, null, "llama"), (model.Kind, model.BaseModelId, model.Architecture));
        using var details = JsonDocument.Parse(model.Details);
        Assert.Equal(16, details.RootElement.GetProperty("config").GetProperty("HiddenSize").GetInt32());
    }

    [Theory]
    [InlineData(RunKind.Base, """{"heads": "3"}""", "Heads")]
    [InlineData(
        RunKind.Base,
        """{"documents": "40", "validationDocuments": "10", "loraRank": "2"}""",
        "LoraRank: a model that begins with nothing"
    )]
    [InlineData(
        RunKind.Base,
        """{"documents": "40", "validationDocuments": "10", "hiddenSize": "16384", "layers": "256"}""",
        "of memory, but the device has"
    )]
    [InlineData(RunKind.Base, """{"documents": "40", "validationDocuments": "10", "targets": "assistantTurns"}""", "Targets")]
    [InlineData(RunKind.Sft, """{"learningrate": "5"}""", "LearningRate")]
    [InlineData(RunKind.Sft, """{"lerningRate": "0.1"}""", "WeightDecay")]
    [InlineData(RunKind.Ppo, """{"iterations": "many"}""", "Iterations")]
    [InlineData(RunKind.Sft, "{}", "no demonstrations")]
    [InlineData(RunKind.Reward, "{}", "no rankings")]
    [InlineData(RunKind.Reward, """{"set": "7"}""", "no preference set 7")]
    [InlineData(RunKind.Ppo, "{}", "no reward model")]
    [InlineData(RunKind.Rloo, """{"rolloutSize": "10"}""", "not a multiple of CompletionsPerPrompt")]
    [InlineData(RunKind.Grpo, """{"valueLearningRate": "0.1"}""", "no such setting")]
    [InlineData(RunKind.Dpo, """{"beta": "-1"}""", "Beta")]
    [InlineData(RunKind.Dpo, "{}", "no rankings")]
    [InlineData(RunKind.Generate, "{}", "no prompt that waits")]
    public async Task What_a_person_can_mend_ends_the_run_with_a_sentence_that_says_how(RunKind kind, string settings, string sentence)
    {
        var project = await fixture.WithPromptsAsync($"mend-{Guid.CreateVersion7()}", 0);

        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(kind, project.Id, settings, $"mend-{Guid.CreateVersion7()}"));

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", run.Error, StringComparison.Ordinal);
    }

    private async Task<Run> RunAsync(RunKind kind, Project project, string settings, string? output, Guid? baseModelId = null)
    {
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(kind, project.Id, settings, output, baseModelId: baseModelId));
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        return run;
    }

    private async Task<Model> ModelAsync(Run run)
    {
        await using var db = fixture.CreateContext();
        return await db.Models.AsNoTracking().SingleAsync(m => m.Id == run.OutputModelId, TestContext.Current.CancellationToken);
    }
}
