using System.Text.Json;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Evaluation;

public sealed class EvaluateTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private const string QuickReward = """{"epochs": 3, "batchPrompts": 8, "learningRate": 0.003}""";

    [Fact]
    public async Task A_reward_model_is_measured_beside_baselines_on_the_test_split_and_on_a_file_without_what_it_was_trained_on()
    {
        var ct = TestContext.Current.CancellationToken;
        var project = await fixture.WithPromptsAsync("measured", 0);
        var prompts = await fixture.AddPromptsAsync(project, 60);
        await fixture.RankAsync(project, prompts);
        var reward = await RunAsync(await fixture.AddRunAsync(RunKind.Reward, project.Id, QuickReward, "measured-reward"));

        var onSplit = await RunAsync(
            await fixture.AddRunAsync(RunKind.Evaluate, settings: """{"kind": "reward"}""", baseModelId: reward.OutputModelId)
        );
        using var result = JsonDocument.Parse(onSplit.Result!);
        var tested = prompts.Count(p => p.Split == Split.Test);
        Assert.Equal(tested, result.RootElement.GetProperty("rankings").GetInt32());
        var overall = result
            .RootElement.GetProperty("criteria")
            .EnumerateArray()
            .Single(c => c.GetProperty("criterion").GetString() == "overall");
        // Four completions of which two tie: five untied pairs each.
        Assert.Equal(5 * tested, overall.GetProperty("pairs").GetInt32());
        Assert.InRange(overall.GetProperty("accuracy").GetProperty("value").GetDouble(), 0.6, 1.0);
        Assert.True(overall.TryGetProperty("longerWins", out _));
        Assert.NotEqual(JsonValueKind.Null, overall.GetProperty("bagOfWords").ValueKind);
        await using var db = fixture.CreateContext();
        var used = await db.RunPrompts.Where(p => p.RunId == onSplit.Id).ToListAsync(ct);
        Assert.Equal(tested, used.Count(p => p.Use == PromptUse.Evaluated));

        var trained = prompts.First(p => p.Split == Split.Train).Messages[0].Content;
        var run = await fixture.AddRunAsync(
            RunKind.Evaluate,
            settings: """{"kind": "reward", "format": "trl", "file": "held.jsonl"}""",
            baseModelId: reward.OutputModelId
        );
        await File.WriteAllLinesAsync(
            Path.Combine(fixture.Store.IncomingFolder(run.Id), "held.jsonl"),
            [
                $$"""{"prompt": "{{trained}}", "chosen": "the cat.", "rejected": "no."}""",
                """{"prompt": "cat 900", "chosen": "the cat.", "rejected": "no no no."}""",
                $$"""{"prompt": "cat 901", "chosen": "{{new string('x', 400)}}", "rejected": "no."}""",
                "this is no JSON",
            ],
            ct
        );
        using var onFile = JsonDocument.Parse((await RunAsync(run)).Result!);
        Assert.Equal((1, 1, 1), (Number(onFile, "rankings"), Number(onFile, "droppedAsTrainedOn"), Number(onFile, "rejectedLines")));
        Assert.Equal(1, Number(onFile, "droppedAsTooLong"));
    }

    [Fact]
    public async Task A_policy_against_itself_wins_half_at_no_kl_on_prompts_that_nobody_learned_from()
    {
        var project = await fixture.WithPromptsAsync("duel", 0);
        var demonstrated = await fixture.AddPromptsAsync(project, 30);
        await fixture.DemonstrateAsync(project, demonstrated);
        await fixture.RankAsync(project, await fixture.AddPromptsAsync(project, 30, offset: 100));
        await fixture.AddPromptsAsync(project, 12, offset: 200);
        var sft = await RunAsync(await fixture.AddRunAsync(RunKind.Sft, project.Id, """{"epochs": 1}""", "duel-sft"));
        await RunAsync(await fixture.AddRunAsync(RunKind.Reward, project.Id, QuickReward, "duel-reward"));
        const string settings =
            """{"kind": "policy", "against": "duel-sft", "judge": "gold:demo", "reward": "duel-reward", "prompts": 10, "maxTokens": 8, "bestOf": 3, "bestOfPrompts": 4}""";

        var run = await RunAsync(await fixture.AddRunAsync(RunKind.Evaluate, project.Id, settings, baseModelId: sft.OutputModelId));

        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal(10, Number(result, "prompts"));
        Assert.Equal(0.5, result.RootElement.GetProperty("winRate").GetProperty("value").GetDouble());
        Assert.Equal(0, result.RootElement.GetProperty("sequenceKl").GetProperty("value").GetDouble(), 1e-5);
        Assert.Equal(3, result.RootElement.GetProperty("bestOfN").GetProperty("n").GetInt32());
        await using var db = fixture.CreateContext();
        var learned = db.RunPrompts.Where(p => p.RunId == sft.Id).Select(p => p.PromptId);
        Assert.False(
            await db.RunPrompts.AnyAsync(p => p.RunId == run.Id && learned.Contains(p.PromptId), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task People_judge_by_the_live_rankings_that_hold_completions_of_both()
    {
        var ct = TestContext.Current.CancellationToken;
        var project = await fixture.WithPromptsAsync("votes", 0);
        await fixture.DemonstrateAsync(project, await fixture.AddPromptsAsync(project, 10));
        var ranked = await fixture.AddPromptsAsync(project, 6, offset: 100);
        var sft = await RunAsync(await fixture.AddRunAsync(RunKind.Sft, project.Id, """{"epochs": 1}""", "votes-sft"));
        var evaluation = """{"kind": "policy", "against": "tiny", "judge": "people"}""";
        var early = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Evaluate, project.Id, evaluation, baseModelId: sft.OutputModelId)
        );
        Assert.Contains("Nobody has ranked", early.Error, StringComparison.Ordinal);

        // Five prompts of which the new model wins four and ties one; a sixth ranking was corrected, and its old form counts no more.
        await using var db = fixture.CreateContext();
        var tiny = await db.Models.SingleAsync(m => m.Name == "tiny", ct);
        for (var i = 0; i < 5; i++)
        {
            await fixture.RankPairAsync(project, ranked[i], (sft.OutputModelId!.Value, "mine", 1), (tiny.Id, "other one", i == 4 ? 1 : 2));
        }
        var old = await fixture.RankPairAsync(project, ranked[5], (sft.OutputModelId!.Value, "a", 2), (tiny.Id, "b", 1));
        await fixture.RankPairAsync(project, ranked[5], (null, "c", 1), (null, "d", 2), supersedes: old);

        var run = await RunAsync(await fixture.AddRunAsync(RunKind.Evaluate, project.Id, evaluation, baseModelId: sft.OutputModelId));
        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal(5, Number(result, "votes"));
        Assert.Equal(0.9, result.RootElement.GetProperty("winRate").GetProperty("value").GetDouble(), 1e-9);
        var overall = result.RootElement.GetProperty("criteria")[0];
        Assert.Equal((4.0, 9.0), (overall.GetProperty("lengthA").GetDouble(), overall.GetProperty("lengthB").GetDouble()));
    }

    [Theory]
    [InlineData("""{"kind": "policy", "judge": "gold:demo"}""", "--against")]
    [InlineData("""{"kind": "policy", "against": "tiny"}""", "--judge")]
    [InlineData("""{"kind": "policy", "against": "tiny", "judge": "gold:moon"}""", "gold:stories")]
    [InlineData("""{"kind": "policy", "against": "nobody", "judge": "gold:demo"}""", "no model named 'nobody'")]
    [InlineData("""{"kind": "reward"}""", "evaluate policy")]
    public async Task What_is_missing_is_said(string settings, string sentence)
    {
        await using var db = fixture.CreateContext();
        var tiny = await db.Models.SingleAsync(m => m.Name == "tiny", TestContext.Current.CancellationToken);

        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Evaluate, settings: settings, baseModelId: tiny.Id));

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    private static int Number(JsonDocument result, string name) => result.RootElement.GetProperty(name).GetInt32();

    private async Task<Run> RunAsync(Run run)
    {
        run = await fixture.ExecuteAsync(run);
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        return run;
    }
}
