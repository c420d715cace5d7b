using System.Text.Json.Nodes;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;

namespace Annotation.Jobs.Training;

/// <summary>
/// Trains a reward model on a frozen preference set, one head for each of its criteria. It reads the set's train and
/// validation splits; the test split is for evaluation alone.
/// </summary>
public sealed class TrainReward(ModelShelf shelf, PreferenceSets sets, RankingRows rankings) : IRunWork
{
    public RunKind Kind => RunKind.Reward;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. Inputs, fixed at the first start.
        var settings = context.Pairs.Read<RewardModelSettings>();
        var start = await shelf.FindBaseAsync(context.Run.BaseModelId, context.Run.ProjectId, stop);
        var set = await sets.FindAsync(context, stop);
        await context.Claim.UseAsync(start.Id, null, set.Id, stop);
        var criteria = await sets.WeighAsync(set, stop);
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
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var init = Pretrained.Load(folder, context.Device);
                var result = new RewardModelTrainer(settings).Train(
                    init,
                    criteria,
                    [.. train.Select(r => r.Ranked)],
                    [.. validation.Select(r => r.Ranked)],
                    checkpoints,
                    context.Progress,
                    stop
                );
                using var reward = result.Model;
                return (WrittenModel.Write(context, reward), result);
            },
            stop
        );

        // 3. The new reward model.
        var figures = new JsonObject
        {
            ["preferenceSet"] = set.Number,
            ["preferenceSetHash"] = set.ContentHash,
            ["criteria"] = new JsonArray([.. criteria.Select(c => JsonValue.Create(c.Key))]),
            ["trainRankings"] = train.Count,
            ["validationRankings"] = validation.Count,
            ["droppedCompletions"] = result.DroppedCompletions,
            ["steps"] = result.Steps,
            ["validationNll"] = result.ValidationNll,
            ["machine"] = context.Machine,
        };
        return new RunOutput(
            figures,
            await written.StoreAsync(context, start.Id, set.Id, figures, stop),
            UsedPrompts.Of(train.Select(r => r.PromptId), validation.Select(r => r.PromptId))
        );
    }
}
