using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Jobs.Training;
using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Evaluation;

/// <summary>
/// A reward model beside its baselines, on the test split of the set it learned from or on a file. Rows of a file whose
/// prompt the model was trained on are left out and counted.
/// </summary>
public sealed class EvaluateReward(IDbContextFactory<AnnotationDbContext> contexts, ModelShelf shelf, RankingRows rankings)
{
    /// <summary>Measures every criterion of the model that the rankings hold.</summary>
    public async Task<RunOutput> RunAsync(RunContext context, EvaluationSettings settings, Model model, CancellationToken stop)
    {
        var figures = new JsonObject { ["model"] = model.Name };
        IReadOnlyList<RankedPrompt> train = [];
        IReadOnlyList<RankingRow> held = [];
        if (model.PreferenceSetId is { } set)
        {
            var half = await HalfAsync(model, stop);
            train =
            [
                .. (await rankings.LoadAsync(set, [Split.Train, Split.Validation], stop))
                    .Select(r => r.Ranked)
                    .Where(r => half == 0 || RewardCrossValidation.Half(r) == half - 1),
            ];
            held = settings.Format is null ? await rankings.LoadAsync(set, [Split.Test], stop) : [];
        }
        IReadOnlyList<RankedPrompt> test = [.. held.Select(r => r.Ranked)];
        if (settings.Format is not null)
        {
            test = await ReadFileAsync(context, settings, model, figures, stop);
        }
        else if (test.Count == 0)
        {
            throw new RunFailedException(
                $"There is no test split for '{model.Name}': no ranking of its preference set falls into it. Name a FILE with --format."
            );
        }
        var folder = await shelf.FolderAsync(model, stop);
        var (fitting, reports) = await context.ComputeAsync(
            () =>
            {
                using var reward = RewardModel.Load(folder, context.Device);
                return RewardTest.Of(reward, test, train, stop);
            },
            stop
        );
        if (reports.Count == 0)
        {
            throw new RunFailedException(
                fitting == 0
                    ? $"None of the {test.Count} rankings fits the context of '{model.Name}'."
                    : $"The rankings hold no untied pair of a criterion of '{model.Name}' ({string.Join(", ", model.Criteria ?? [])})."
            );
        }
        figures["rankings"] = fitting;
        figures["droppedAsTooLong"] = test.Count - fitting;
        figures["trainRankings"] = train.Count;
        figures["criteria"] = JsonSerializer.SerializeToNode(reports, JsonSerializerOptions.Web);
        figures["machine"] = context.Machine;
        return new RunOutput(figures, Prompts: [.. held.Select(r => r.PromptId).Distinct().Select(id => (id, PromptUse.Evaluated))]);
    }

    // Which half of the rankings the model learned from; 0 is all.
    private async Task<int> HalfAsync(Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == model.RunId && r.Kind == RunKind.Reward, ct);
        return run is null ? 0 : new RunPairs(run).Read<RewardModelSettings>().Half;
    }

    private async Task<IReadOnlyList<RankedPrompt>> ReadFileAsync(
        RunContext context,
        EvaluationSettings settings,
        Model model,
        JsonObject figures,
        CancellationToken ct
    )
    {
        await using var file = IncomingFile.Open(context, settings);
        var read = await FileRows.ReadRankingsAsync(file, settings.File ?? file.Name, settings.Format!, ct);
        if (!read.Succeeded)
        {
            throw new RunFailedException(read.Refusal.Sentence);
        }
        await using var db = await contexts.CreateDbContextAsync(ct);
        var trained = await (
            from use in db.RunPrompts
            join prompt in db.Prompts on use.PromptId equals prompt.Id
            where use.RunId == model.RunId && use.Use != PromptUse.Evaluated
            select prompt.TextHash
        ).ToListAsync(ct);
        var known = trained.Select(Convert.ToHexString).ToHashSet();
        var fresh = read.Value.Rows.Where(r => !known.Contains(Convert.ToHexString(PromptText.Hash(r.Content.Prompt)))).ToList();
        figures["file"] = settings.File ?? Path.GetFileName(file.Name);
        figures["rejectedLines"] = read.Value.Rejected.Count;
        figures["droppedAsTrainedOn"] = read.Value.Rows.Count - fresh.Count;
        return fresh.Count == 0
            ? throw new RunFailedException(
                $"'{model.Name}' was trained on the prompts of all {read.Value.Rows.Count} rankings of the file."
            )
            : [.. fresh.GroupBy(Key).SelectMany(ToRanked)];
    }

    /// <summary>What one labeler said of the same completions, whatever the criterion.</summary>
    private static string Key(ReadRanking ranking) =>
        string.Join(
            '\u0001',
            ranking
                .Content.Items.Select(i => i.Text)
                .Order(StringComparer.Ordinal)
                .Prepend(ranking.Content.LabelerName ?? "")
                .Prepend(Convert.ToHexString(PromptText.Hash(ranking.Content.Prompt)))
        );

    private static IEnumerable<RankedPrompt> ToRanked(IEnumerable<ReadRanking> group) =>
        group
            .GroupBy(r => r.Content.Criterion)
            .SelectMany(c => c.Select((r, n) => (r, n)))
            .GroupBy(x => x.n, x => x.r.Content)
            .Select(layer =>
            {
                var first = layer.First();
                var texts = first.Items.Select(i => i.Text).ToList();
                return new RankedPrompt(
                    first.Prompt.ToMessages(),
                    texts,
                    layer.ToDictionary(c => c.Criterion, c => texts.Select(t => (int?)c.Items.First(i => i.Text == t).Rank).ToArray())
                )
                {
                    Labeler = first.LabelerName,
                    Policies = [.. first.Items.Select(i => i.ModelName)],
                };
            });
}
