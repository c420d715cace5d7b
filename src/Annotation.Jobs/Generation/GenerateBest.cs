using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Training;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Training;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Generation;

/// <summary>
/// Best-of-n as data: of n completions of each prompt the one that the reward scores highest, for SFT to learn from. The prompts are those
/// that PPO would use, so that the two can be compared.
/// </summary>
public sealed class GenerateBest(IDbContextFactory<AnnotationDbContext> contexts, FreshPrompts freshPrompts, RunRewards rewards)
{
    private const int PromptsPerBatch = 16;
    private const int DefaultPrompts = 256;

    /// <summary>Writes and chooses; the completions are the run's result.</summary>
    public async Task<RunOutput> RunAsync(
        RunContext context,
        GenerationSettings settings,
        Model policy,
        Pretrained model,
        CancellationToken stop
    )
    {
        // 1. Prompts, sampling and what scores.
        await using var db = await contexts.CreateDbContextAsync(stop);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == context.Run.ProjectId, stop);
        var reward = await rewards.FindAsync(context, stop);
        var (all, notice) = await freshPrompts.ChooseAsync(context.Run, policy, reward.Models, stop);
        await context.Claim.NoteAsync(notice, stop);
        var sampling = RequestedSampling.Of(settings, project.Temperature, project.MaxNewTokens);
        var limits = new RewardLimits(
            TimeSpan.FromSeconds(settings.RewardSeconds),
            settings.RewardMegabytes,
            settings.RewardRetries,
            settings.FailedRewardScore
        );
        using var source = await context.ComputeAsync(() => reward.Open(limits, model, context.Device), stop);
        var room = Math.Min(model.Model.Config.ContextLength, source.Source.ContextLength) - sampling.MaxNewTokens - 1;
        var prompts = all.Select(p => (Prompt: p, Ids: model.Template.EncodePrompt(p.Messages).ToArray()))
            .Where(p => p.Ids.Length > 0 && p.Ids.Length <= room)
            .Take(settings.Prompts ?? DefaultPrompts)
            .ToList();
        if (prompts.Count == 0)
        {
            throw new RunFailedException(
                $"None of {all.Count} prompts leaves room for {sampling.MaxNewTokens} new tokens in the models' contexts; lower MaxTokens."
            );
        }

        // 2. Completions and their scores, a few prompts at a time.
        var best = new JsonArray();
        var scores = new List<IReadOnlyList<double>>();
        foreach (var batch in prompts.Chunk(PromptsPerBatch))
        {
            stop.ThrowIfCancellationRequested();
            var seed = new SeededRandom((ulong)context.Run.Seed, scores.Count).NextBits() >> 1;
            var pools = await context.ComputeAsync(
                () => Write(model, source.Source, batch, settings.BestOf, sampling with { Seed = seed }, stop),
                stop
            );
            foreach (var (prompt, pool) in batch.Zip(pools))
            {
                var (chosen, score) = pool.MaxBy(c => c.Score);
                scores.Add([.. pool.Select(c => c.Score)]);
                best.Add(
                    new JsonObject
                    {
                        ["prompt"] = JsonSerializer.SerializeToNode(prompt.Prompt.Messages, JsonSerializerOptions.Web),
                        ["completion"] = chosen.WithoutNul(),
                        ["score"] = score,
                    }
                );
            }
            var gained = BestOfN.Expected(scores, scores, settings.BestOf);
            context.Progress.Report(
                new TrainingProgress(scores.Count, prompts.Count, new Dictionary<string, double> { ["score"] = gained })
            );
        }

        // 3. What it gained, and what that costs in KL.
        var result = new JsonObject
        {
            ["model"] = policy.Name,
            ["reward"] = reward.ToString(),
            ["n"] = settings.BestOf,
            ["prompts"] = prompts.Count,
            ["score"] = BestOfN.Expected(scores, scores, settings.BestOf),
            ["scoreOfOne"] = BestOfN.Expected(scores, scores, 1),
            ["kl"] = BestOfN.Kl(settings.BestOf),
            ["completions"] = best,
        };
        return new RunOutput(result);
    }

    private static List<List<(string Text, double Score)>> Write(
        Pretrained model,
        RewardSource source,
        IReadOnlyList<(FreshPrompt Prompt, int[] Ids)> batch,
        int n,
        SamplingSettings sampling,
        CancellationToken stop
    )
    {
        var rows = batch.SelectMany(p => Enumerable.Repeat(p, n)).ToList();
        var written = new Sampler(model).Generate([.. rows.Select(r => r.Ids)], sampling, stop);
        // What is scored is what is kept: where a stop text was cut off, the ids go with it.
        var rollouts = rows.Zip(
                written,
                (r, w) =>
                    new Rollout(
                        r.Prompt.Messages,
                        r.Ids,
                        sampling.StopSequences.Count == 0 ? [.. w.Ids] : [.. model.Template.EncodeCompletion(w.Text)],
                        w.Ended,
                        w.Text
                    )
            )
            .ToList();
        var scores = source.FiniteScores(rollouts, stop);
        return [.. rollouts.Zip(scores, (r, s) => (r.Text, s)).Chunk(n).Select(c => c.ToList())];
    }
}
