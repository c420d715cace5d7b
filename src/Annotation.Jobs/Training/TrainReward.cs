using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Evaluation;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Checkpoints;
using Annotation.Learning.Estimates;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text.Templates;

namespace Annotation.Jobs.Training;

/// <summary>
/// Trains a reward model on a frozen preference set, one head for each of its criteria. It learns from the set's train and
/// validation splits and is then measured on the test split. The trunk is a policy's where one is named or promoted, else it is made
/// from the ranked texts.
/// </summary>
public sealed class TrainReward(ModelShelf shelf, PreferenceSets sets, RankingRows rankings, DemonstrationRows demonstrations) : IRunWork
{
    public RunKind Kind => RunKind.Reward;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. Inputs, fixed at the first start.
        var settings = context.Pairs.Read<RewardModelSettings>();
        var checkpoints = context.OpenCheckpoints();
        var start = await FindStartAsync(context, settings.Trunk, checkpoints.Inner(RewardTraining.TrunkFolder), stop);
        var set = await sets.FindAsync(context, stop);
        await context.Claim.UseAsync(start?.Id, null, set.Id, stop);
        var criteria = await sets.WeighAsync(set, stop);
        var rows = (await rankings.LoadAsync(set.Id, [Split.Train, Split.Validation, Split.Test], stop))
            .Where(r => r.Split == Split.Test || settings.Half == 0 || RewardCrossValidation.Half(r.Ranked) == settings.Half - 1)
            .ToList();
        var train = rows.Where(r => r.Split == Split.Train).ToList();
        var validation = rows.Where(r => r.Split == Split.Validation).ToList();
        var test = rows.Where(r => r.Split == Split.Test).ToList();
        if (train.Count == 0)
        {
            throw new RunFailedException(
                $"Preference set {set.Number} has no rankings in its train split ({set.RankingCount} in all); rank or import more."
            );
        }

        var shown = settings.Center == ScoreCenter.Demonstrations ? await demonstrations.LoadAsync(context.Run, stop) : [];

        // 2. Training, on from the last checkpoint.
        var folder = start is null ? null : await shelf.FolderAsync(start, stop);
        await RunForecast.TellAsync(
            context,
            settings,
            () =>
            {
                var (shape, template) = folder is null ? OwnTrunk.Describe(settings, [.. train.Select(r => r.Ranked)]) : Describe(folder);
                return (shape, Load(settings, template, train, validation, ownTrunk: folder is null));
            },
            null,
            stop
        );
        var training = new RewardTraining(
            settings,
            criteria,
            folder,
            [.. shown.Where(d => d.Split == Split.Train).Select(d => d.Example)],
            context.Device
        );
        var (written, result, tested, reports) = await context.ComputeAsync(
            () =>
            {
                List<RankedPrompt> learned = [.. train.Select(r => r.Ranked)];
                List<RankedPrompt> held = [.. validation.Select(r => r.Ranked)];
                var result = training.Train(learned, held, checkpoints, context.Progress, stop);
                using var reward = result.Model;
                var written = WrittenModel.Write(context, reward);
                var tested = RewardTest.Of(reward, [.. test.Select(r => r.Ranked)], [.. learned, .. held], stop);
                return (written, result, tested, training.CrossValidate([.. learned, .. held], checkpoints, stop));
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
            ["tieStrength"] = result.TieStrength,
            ["trunk"] = start?.Name ?? "made from the ranked texts",
            ["machine"] = context.Machine,
        };
        // On the test split, which nothing was chosen by: beside length, words and the labelers themselves.
        figures["testRankings"] = tested.Fitting;
        figures["test"] = JsonSerializer.SerializeToNode(tested.Reports, JsonSerializerOptions.Web);
        if (reports.Count > 0)
        {
            figures["crossValidation"] = JsonSerializer.SerializeToNode(reports, JsonSerializerOptions.Web);
        }
        return new RunOutput(
            figures,
            await written.StoreAsync(context, start?.Id, set.Id, figures, stop),
            [
                .. UsedPrompts.Of(train.Select(r => r.PromptId), validation.Select(r => r.PromptId)),
                .. test.Select(r => r.PromptId).Distinct().Select(id => (id, PromptUse.Evaluated)),
            ]
        );
    }

    private static (LanguageModelConfig Shape, ChatTemplate Template) Describe(string folder)
    {
        var (shape, _, template) = Pretrained.Describe(folder);
        return (shape, template);
    }

    private static RunLoad Load(
        RewardModelSettings settings,
        ChatTemplate template,
        IReadOnlyList<RankingRow> train,
        IReadOnlyList<RankingRow> validation,
        bool ownTrunk
    )
    {
        List<long> lengths = [.. Lengths(train)];
        // Each fold learns from the others: together as much as training once less than there are folds, beside the model itself.
        var times = Math.Max(1, settings.Folds);
        var tokens = lengths.Sum();
        return new RunLoad(
            TrainedModels: 1,
            FrozenModels: settings.LoraRank == 0 ? settings.Members : 0,
            TokensPerPass: RunForecast.Pass(
                lengths,
                settings.MaxTokensPerPass,
                settings.BatchPrompts * train.Max(r => r.Ranked.Completions.Count)
            ),
            TrainedTokens: tokens * (settings.Epochs * settings.Members + (ownTrunk ? settings.TrunkEpochs : 0)) * times,
            ReadTokens: (Lengths(validation).Sum() * settings.Epochs * settings.ValidationsPerEpoch + tokens) * settings.Members * times
        );

        IEnumerable<long> Lengths(IReadOnlyList<RankingRow> rows) =>
            rows.SelectMany(r => RunForecast.Lengths(template, r.Ranked.Prompt, r.Ranked.Completions))
                // Longer rows lose their beginning.
                .Select(length => Math.Min(length, settings.MaxLength));
    }

    /// <summary>The policy whose trunk is taken, or null when the ranked texts make it. A run that began with one of its own keeps it.</summary>
    private async Task<Model?> FindStartAsync(RunContext context, TrunkSource source, CheckpointFolder own, CancellationToken ct)
    {
        var run = context.Run;
        return source switch
        {
            TrunkSource.Texts when run.BaseModelId is not null => throw new RunFailedException(
                "Trunk=Texts makes a trunk from the ranked texts: leave --base out, or set Trunk=Policy."
            ),
            TrunkSource.Texts => null,
            TrunkSource.Policy => await shelf.FindBaseAsync(run.BaseModelId, run.ProjectId, ct),
            TrunkSource.Auto when Directory.Exists(own.Path) => null,
            TrunkSource.Auto => await shelf.FindPolicyAsync(run.BaseModelId, run.ProjectId, ct),
        };
    }
}
