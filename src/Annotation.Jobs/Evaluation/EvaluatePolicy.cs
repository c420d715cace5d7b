using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Jobs.Training;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Evaluation;

/// <summary>
/// One policy against another on held-out prompts: win rate and means on the judge's criteria, KL, lengths, and beside them
/// what picking the best of n completions of the other policy would give without any training.
/// </summary>
public sealed class EvaluatePolicy(
    IDbContextFactory<AnnotationDbContext> contexts,
    ModelShelf shelf,
    HeldOutPrompts heldOut
)
{
    private const int DefaultMaxTokens = 64;

    /// <summary>Measures.</summary>
    public async Task<RunOutput> RunAsync(
        RunContext context,
        EvaluationSettings settings,
        Model model,
        CancellationToken stop
    )
    {
        // 1. Who, against whom, judged by whom, on what.
        var against = settings.Against is { } name
            ? await shelf.FindAsync(name, ModelKind.Policy, stop)
            : throw new RunFailedException("There is no policy to compare with; name one with --against.");
        var judgeFolder = await Judge.FindFolderAsync(settings.Judge, shelf, stop);
        var picker = await FindPickerAsync(context, model, stop);
        var (prompts, from) = await heldOut.ChooseAsync(context, settings, [model, against], stop);
        var comparison = new PolicyComparison(
            await shelf.FolderAsync(model, stop),
            await shelf.FolderAsync(against, stop),
            settings.Judge!,
            judgeFolder,
            settings.BestOf > 1 ? picker?.Folder : null,
            settings,
            new SamplingSettings
            {
                Temperature = settings.Temperature,
                MaxNewTokens = settings.MaxTokens ?? await MaxTokensAsync(context, model, stop) ?? DefaultMaxTokens,
                Seed = (ulong)context.Run.Seed,
            }
        );

        // 2. Completions, scores, KL.
        JsonObject figures;
        try
        {
            figures = await context.ComputeAsync(() => comparison.Measure(prompts, context, stop), stop);
        }
        catch (PromptLengthException e)
        {
            throw new RunFailedException(e.Message);
        }
        figures["model"] = model.Name;
        figures["against"] = against.Name;
        figures["judge"] = settings.Judge;
        figures["promptsFrom"] = from;
        if (picker is { } used && figures["bestOfN"] is JsonObject best)
        {
            best["pickedBy"] = used.Name;
        }
        figures["machine"] = context.Machine;
        return new RunOutput(
            figures,
            Prompts: [.. prompts.Where(p => p.Id != Guid.Empty).Select(p => (p.Id, PromptUse.Evaluated))]
        );
    }

    /// <summary>The reward model that picks the best of n: the one named, else the one the policy was trained against.</summary>
    private async Task<(string Name, string Folder)?> FindPickerAsync(RunContext context, Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        Model? reward;
        if (context.Pairs.Find("reward") is { } named)
        {
            reward = await shelf.FindAsync(named, ModelKind.Reward, ct);
        }
        else
        {
            var trainedWith = await db.Runs.Where(r => r.Id == model.RunId).Select(r => r.RewardModelId).SingleOrDefaultAsync(ct);
            reward = trainedWith is { } id ? await shelf.GetAsync(id, ct) : null;
        }
        return reward is null ? null : (reward.Name, await shelf.FolderAsync(reward, ct));
    }

    private async Task<int?> MaxTokensAsync(RunContext context, Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var project =
            context.Run.ProjectId ?? await db.Runs.Where(r => r.Id == model.RunId).Select(r => r.ProjectId).SingleOrDefaultAsync(ct);
        return await db.Projects.Where(p => p.Id == project).Select(p => (int?)p.MaxNewTokens).SingleOrDefaultAsync(ct);
    }
}

/// <summary>The tensor part of a comparison.</summary>
internal sealed record PolicyComparison(
    string FolderA,
    string FolderB,
    string JudgeName,
    string? JudgeFolder,
    string? PickerFolder,
    EvaluationSettings Settings,
    SamplingSettings Sampling
)
{
    public JsonObject Measure(IReadOnlyList<FreshPrompt> prompts, RunContext context, CancellationToken stop)
    {
        using var a = Pretrained.Load(FolderA, context.Device);
        using var b = Pretrained.Load(FolderB, context.Device);
        using var judgeModel = JudgeFolder is null ? null : RewardModel.Load(JudgeFolder, context.Device);
        var judge = judgeModel is null ? Judge.Gold(JudgeName) : Judge.Model(JudgeName, judgeModel, stop);
        var writtenA = Write(a, prompts, Sampling, stop);
        var writtenB = Write(b, prompts, Sampling, stop);
        var reports = PolicyEvaluation.Compare(
            [.. prompts.Select(p => p.Messages)],
            [.. writtenA.Select(r => r.Text)],
            [.. writtenB.Select(r => r.Text)],
            judge.Score
        );
        var main = reports.Single(r => r.Criterion == judge.Main);
        var figures = new JsonObject
        {
            ["prompts"] = prompts.Count,
            ["winRate"] = Json(main.WinRate),
            ["score"] = Json(main.ScoreA),
            ["scoreAgainst"] = Json(main.ScoreB),
            ["length"] = main.LengthA,
            ["lengthAgainst"] = main.LengthB,
            ["ended"] = writtenA.Average(r => r.Ended ? 1.0 : 0.0),
            ["criteria"] = JsonSerializer.SerializeToNode(reports, JsonSerializerOptions.Web),
        };
        if (a.Tokenizer.VocabularySize == b.Tokenizer.VocabularySize && a.Template.Name == b.Template.Name)
        {
            figures["sequenceKl"] = Json(PolicyEvaluation.SequenceKl(a, b, writtenA, Sampling.Temperature, stop));
        }
        if (PickerFolder is not null)
        {
            using var picker = RewardModel.Load(PickerFolder, context.Device);
            figures["bestOfN"] = BestOf(b, picker, judge, [.. prompts.Take(Settings.BestOfPrompts)], stop);
        }
        return figures;
    }

    private JsonObject BestOf(
        Pretrained policy,
        RewardModel picker,
        Judge judge,
        IReadOnlyList<FreshPrompt> prompts,
        CancellationToken stop
    )
    {
        var n = Settings.BestOf;
        var pool = Write(
            policy,
            [.. prompts.SelectMany(p => Enumerable.Repeat(p, n))],
            Sampling with { Seed = Sampling.Seed + 1 },
            stop
        );
        var pools = pool.Chunk(n).ToList();
        var scores = pools
            .Select(p => (IReadOnlyList<double>)[.. picker.Score(p[0].Prompt, [.. p.Select(r => r.Text)], stop).Select(picker.Weighted)])
            .ToList();
        var values = pools
            .Select(p => (IReadOnlyList<double>)[.. p.Select(r => judge.Score(r.Prompt, r.Text)[judge.Main])])
            .ToList();
        return new JsonObject
        {
            ["n"] = n,
            ["prompts"] = prompts.Count,
            ["score"] = BestOfN.Expected(scores, values, n),
            ["scoreOfOne"] = BestOfN.Expected(scores, values, 1),
            ["kl"] = BestOfN.Kl(n),
        };
    }

    private static List<Rollout> Write(
        Pretrained policy,
        IReadOnlyList<FreshPrompt> prompts,
        SamplingSettings sampling,
        CancellationToken stop
    )
    {
        var ids = prompts.Select(p => policy.Template.EncodePrompt(p.Messages).ToArray()).ToList();
        var written = new Sampler(policy).Generate([.. ids], sampling, stop);
        return
        [
            .. prompts.Select((p, i) => new Rollout(p.Messages, ids[i], [.. written[i].Ids], written[i].Ended, written[i].Text)),
        ];
    }

    private static JsonNode? Json(Estimate estimate) => JsonSerializer.SerializeToNode(estimate, JsonSerializerOptions.Web);
}
