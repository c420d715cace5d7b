using System.Text.Json.Nodes;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Adapters;
using Annotation.Learning.Estimates;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Ppo;
using Annotation.Learning.Sft;

namespace Annotation.Jobs.Training;

/// <summary>
/// What runs of PPO, RLOO and GRPO have in common: a policy is improved against a reward on prompts that are new to both. The
/// reference is the policy it starts from.
/// </summary>
public sealed class TrainByReward(ModelShelf shelf, RunRewards rewards, FreshPrompts freshPrompts, DemonstrationRows demonstrations)
{
    /// <summary>Does the run with its trainer.</summary>
    /// <param name="context">The run.</param>
    /// <param name="settings">Its settings, checked.</param>
    /// <param name="create">The trainer, from demonstrations to hold on to.</param>
    /// <param name="stop">Stops the work.</param>
    public async Task<RunOutput> DoAsync(
        RunContext context,
        PolicyGradientSettings settings,
        Func<IReadOnlyList<SftExample>, PolicyGradientTrainer> create,
        CancellationToken stop
    )
    {
        // 1. Inputs, fixed at the first start.
        var start = await shelf.FindBaseAsync(context.Run.BaseModelId, context.Run.ProjectId, stop);
        var reward = await rewards.FindAsync(context, stop);
        await context.Claim.UseAsync(start.Id, reward.Models is [var first, ..] ? first.Id : null, null, stop);
        await context.Claim.UseMoreRewardsAsync([.. reward.Models.Skip(1).Select(m => m.Id)], stop);
        var (prompts, notice) = await freshPrompts.ChooseAsync(context.Run, start, reward.Models, stop);
        var kept = settings.PretrainingCoefficient > 0 ? await demonstrations.LoadTrainAsync(context.Run, stop) : [];

        // 2. Training, on from the last checkpoint.
        var policyFolder = await shelf.FolderAsync(start, stop);
        await RunForecast.TellAsync(
            context,
            policyFolder,
            settings,
            (config, template) =>
            {
                // Prompts that leave no room are left out.
                var lengths = prompts
                    .Select(p => (long)template.EncodePrompt(p.Messages).Count + settings.MaxNewTokens)
                    .Where(length => length < config.ContextLength)
                    .DefaultIfEmpty(config.ContextLength)
                    .ToList();
                var tokens = (long)(lengths.Average() * settings.RolloutSize * settings.Iterations);
                var networks = settings is PpoSettings ? 2 : 1; // PPO trains a value model beside the policy
                return new RunLoad(
                    TrainedModels: networks,
                    FrozenModels: (settings.LoraRank == 0 ? 1 : 0) + reward.Models.Count, // reference and reward models
                    TokensPerPass: lengths.Max() * (settings.RowsPerPass ?? settings.MinibatchSize),
                    TrainedTokens: tokens * settings.Epochs * networks,
                    ReadTokens: tokens * (3 + networks) // written, scored, and read by policy, reference and value model
                )
                {
                    Averages = settings.AverageDecay is not null,
                };
            },
            notice,
            stop
        );
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var policy = TrainedModel.Load(policyFolder, context.Device, settings, (ulong)context.Run.Seed);
                using var reference = TrainedModel.Reference(policy, policyFolder);
                using var source = reward.Open(settings, policy, context.Device);
                // The value model starts as a copy of a trunk and is trained as the policy is; a fresh adapter changes no score.
                foreach (var scores in source.Models)
                {
                    TrainedModel.Prepare(scores.Members[0].Trunk, settings, (ulong)context.Run.Seed);
                }
                var result = create([.. kept.Select(k => k.Example)])
                    .Train(policy, reference, source.Source, [.. prompts.Select(p => p.Messages)], checkpoints, context.Progress, stop);
                return (WrittenModel.Write(context, policy, start.Name), result);
            },
            stop
        );

        // 3. The new policy.
        var figures = new JsonObject
        {
            ["reward"] = reward.ToString(),
            ["prompts"] = prompts.Count,
            ["droppedPrompts"] = result.DroppedPrompts,
            ["iterations"] = result.Iterations,
            ["metrics"] = new JsonObject(
                result.Metrics.Where(m => double.IsFinite(m.Value)).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))
            ),
            ["machine"] = context.Machine,
        };
        return new RunOutput(
            figures,
            await written.StoreAsync(context, start.Id, preferenceSetId: null, figures, stop),
            UsedPrompts.Of(prompts.Select(p => p.Id).Concat(kept.Select(k => k.PromptId)), [])
        );
    }
}
