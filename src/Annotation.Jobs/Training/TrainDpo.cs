using System.Text.Json.Nodes;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Adapters;
using Annotation.Learning.Dpo;

namespace Annotation.Jobs.Training;

/// <summary>
/// Improves a policy on a frozen preference set, on one criterion's rankings. It reads the set's train and validation splits. The
/// reference is the policy it starts from.
/// </summary>
public sealed class TrainDpo(ModelShelf shelf, PreferenceSets sets, RankingRows rankings) : IRunWork
{
    public RunKind Kind => RunKind.Dpo;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. Inputs, fixed at the first start.
        var settings = context.Pairs.Read<DpoSettings>();
        var start = await shelf.FindBaseAsync(context.Run.BaseModelId, context.Run.ProjectId, stop);
        var set = await sets.FindAsync(context, stop);
        await context.Claim.UseAsync(start.Id, null, set.Id, stop);
        if (!set.Criteria.Contains(settings.Criterion))
        {
            throw new RunFailedException(
                $"Preference set {set.Number} has no criterion '{settings.Criterion}'; it has {string.Join(", ", set.Criteria)}."
            );
        }
        var rows = await rankings.LoadAsync(set.Id, [Split.Train, Split.Validation], stop);
        var train = rows.Where(r => r.Split == Split.Train).ToList();
        var validation = rows.Where(r => r.Split == Split.Validation).ToList();
        if (train.Count == 0)
        {
            throw new RunFailedException(
                $"Preference set {set.Number} has no rankings in its train split ({set.RankingCount} in all); rank or import more."
            );
        }

        // 2. Training, on from the last checkpoint.
        var folder = await shelf.FolderAsync(start, stop);
        await RunForecast.TellAsync(
            context,
            folder,
            settings,
            (config, template) =>
            {
                List<long> lengths = [.. train.SelectMany(r => RunForecast.Lengths(template, r.Ranked.Prompt, r.Ranked.Completions))];
                List<long> held = [.. validation.SelectMany(r => RunForecast.Lengths(template, r.Ranked.Prompt, r.Ranked.Completions))];
                var load = RunForecast.OfRows(
                    lengths,
                    held,
                    settings,
                    Math.Min(settings.MaxLength, config.ContextLength),
                    settings.BatchPrompts * train.Max(r => r.Ranked.Completions.Count)
                );
                // The reference reads each completion once.
                return load with
                {
                    FrozenModels = settings.LoraRank == 0 ? 1 : 0,
                    ReadTokens = load.ReadTokens + lengths.Sum() + held.Sum(),
                };
            },
            null,
            stop
        );
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var policy = TrainedModel.Load(folder, context.Device, settings, (ulong)context.Run.Seed);
                using var reference = TrainedModel.Reference(policy, folder);
                var result = new DpoTrainer(settings).Train(
                    policy,
                    reference,
                    [.. train.Select(r => r.Ranked)],
                    [.. validation.Select(r => r.Ranked)],
                    checkpoints,
                    context.Progress,
                    stop
                );
                return (WrittenModel.Write(context, policy, start.Name), result);
            },
            stop
        );

        // 3. The new policy.
        var figures = new JsonObject
        {
            ["preferenceSet"] = set.Number,
            ["preferenceSetHash"] = set.ContentHash,
            ["criterion"] = settings.Criterion,
            ["trainRankings"] = train.Count,
            ["validationRankings"] = validation.Count,
            ["pairs"] = result.Pairs,
            ["droppedCompletions"] = result.DroppedCompletions,
            ["steps"] = result.Steps,
            ["bestStep"] = result.BestStep,
            ["trainLoss"] = result.TrainLoss,
            ["validationLoss"] = result.ValidationLoss,
            ["machine"] = context.Machine,
        };
        return new RunOutput(
            figures,
            await written.StoreAsync(context, start.Id, set.Id, figures, stop),
            UsedPrompts.Of(train.Select(r => r.PromptId), validation.Select(r => r.PromptId))
        );
    }
}
