using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Generation;
using Annotation.Jobs.Training;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text.Templates;

namespace Annotation.Jobs.Evaluation;

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
    /// <summary>Writes completions with both policies and measures them; gives the prompts that fit all models as well.</summary>
    public (JsonObject Figures, IReadOnlyList<FreshPrompt> Prompts) Measure(
        IReadOnlyList<FreshPrompt> all,
        RunContext context,
        CancellationToken stop
    )
    {
        var type = RequestedSampling.TypeOf(Settings.Precision);
        using var a = Pretrained.Load(FolderA, context.Device, type);
        using var b = Pretrained.Load(FolderB, context.Device, type);
        using var judgeModel = JudgeFolder is null ? null : RewardModel.Load(JudgeFolder, context.Device);
        var judge = judgeModel is null ? Judge.Gold(JudgeName) : Judge.OfModel(JudgeName, judgeModel, stop);
        using var picker = PickerFolder is null ? null : RewardModel.Load(PickerFolder, context.Device);
        var prompts = all.Where(p => Fits(a.Template, a.Model.Config.ContextLength, p) && Fits(b.Template, b.Model.Config.ContextLength, p))
            .Where(p => new[] { judgeModel, picker }.OfType<RewardModel>().All(r => Fits(r.Template, r.ContextLength, p)))
            .ToList();
        if (prompts.Count == 0)
        {
            throw new RunFailedException(
                $"None of {all.Count} prompts leaves room for {Sampling.MaxNewTokens} new tokens in the models' contexts; lower MaxTokens."
            );
        }
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
            ["droppedAsTooLong"] = all.Count - prompts.Count,
            ["winRate"] = Json(main.WinRate),
            ["lengthControlledWinRate"] = Json(main.LengthControlledWinRate),
            ["score"] = Json(main.ScoreA),
            ["scoreAgainst"] = Json(main.ScoreB),
            ["length"] = main.LengthA,
            ["lengthAgainst"] = main.LengthB,
            ["ended"] = writtenA.Average(r => r.Ended ? 1.0 : 0.0),
            ["criteria"] = JsonSerializer.SerializeToNode(reports, JsonSerializerOptions.Web),
        };
        if (a.Tokenizer.HasIdsOf(b.Tokenizer) && a.Template.Name == b.Template.Name)
        {
            figures["sequenceKl"] = Json(PolicyEvaluation.SequenceKl(a, b, writtenA, Sampling.Temperature, stop));
        }
        if (picker is not null)
        {
            figures["bestOfN"] = BestOf(b, picker, judge, [.. prompts.Take(Settings.BestOfPrompts)], stop);
        }
        return (figures, prompts);
    }

    // One position more for the end token that scoring adds.
    private bool Fits(ChatTemplate template, int contextLength, FreshPrompt prompt) =>
        template.EncodePrompt(prompt.Messages).Count + Sampling.MaxNewTokens + 1 <= contextLength;

    private JsonObject BestOf(
        Pretrained policy,
        RewardModel picker,
        Judge judge,
        IReadOnlyList<FreshPrompt> prompts,
        CancellationToken stop
    )
    {
        var n = Settings.BestOf;
        var pool = Write(policy, [.. prompts.SelectMany(p => Enumerable.Repeat(p, n))], Sampling with { Seed = Sampling.Seed + 1 }, stop);
        var pools = pool.Chunk(n).ToList();
        var scores = pools
            .Select(p =>
                (IReadOnlyList<double>)
                    [.. picker.Score([.. p.Select(r => picker.EncodeWritten(r.Prompt, r.Text))], stop).Select(picker.Weighted)]
            )
            .ToList();
        var values = pools.Select(p => (IReadOnlyList<double>)[.. p.Select(r => judge.Score(r.Prompt, r.Text)[judge.Main])]).ToList();
        return new JsonObject
        {
            ["n"] = n,
            ["prompts"] = prompts.Count,
            ["score"] = BestOfN.Expected(scores, values, n),
            ["scoreOfOne"] = BestOfN.Expected(scores, values, 1),
            ["kl"] = BestOfN.Kl(n),
            // From the same pool, for the frontier of score and KL.
            ["curve"] = new JsonArray([.. Sizes(n).Select(Point)]),
        };

        static IEnumerable<int> Sizes(int most)
        {
            for (var k = 1; k < most; k *= 2)
            {
                yield return k;
            }
            yield return most;
        }

        JsonObject Point(int k)
        {
            var score = BestOfN.WithInterval(scores, values, k);
            return new()
            {
                ["n"] = k,
                ["kl"] = BestOfN.Kl(k),
                ["score"] = score.Value,
                ["low"] = score.Low,
                ["high"] = score.High,
                ["picker"] = BestOfN.Expected(scores, scores, k),
            };
        }
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
        return [.. prompts.Select((p, i) => new Rollout(p.Messages, ids[i], [.. written[i].Ids], written[i].Ended, written[i].Text))];
    }

    private static JsonNode? Json(Estimate estimate) => JsonSerializer.SerializeToNode(estimate, JsonSerializerOptions.Web);
}
