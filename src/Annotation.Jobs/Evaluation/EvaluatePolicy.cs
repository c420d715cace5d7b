using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Projects;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Evaluation;

/// <summary>
/// One policy against another on held-out prompts: win rate and means on the judge's criteria, KL, lengths, and beside them
/// what picking the best of n completions of the other policy would give without any training.
/// </summary>
public sealed class EvaluatePolicy(
    IDbContextFactory<AnnotationDbContext> contexts,
    ModelShelf shelf,
    HeldOutPrompts heldOut,
    PeopleJudge people
)
{
    private const int DefaultMaxTokens = 64;

    /// <summary>Measures.</summary>
    public async Task<RunOutput> RunAsync(RunContext context, EvaluationSettings settings, Model model, CancellationToken stop)
    {
        // 1. Who, against whom, judged by whom, on what.
        var against = settings.Against is { } name
            ? await shelf.FindAsync(name, ModelKind.Policy, stop)
            : throw new RunFailedException("There is no policy to compare with; name one with --against.");
        if (settings.Judge == PeopleJudge.Name)
        {
            return await ByPeopleAsync(context, model, against, stop);
        }
        var judge = await Judge.FindAsync(settings.Judge, shelf, stop);
        var picker = await FindPickerAsync(context, model, stop);
        var (prompts, from) = await heldOut.ChooseAsync(
            context,
            settings,
            [.. new[] { model, against, judge, picker }.OfType<Model>()],
            stop
        );
        var comparison = new PolicyComparison(
            await shelf.FolderAsync(model, stop),
            await shelf.FolderAsync(against, stop),
            settings.Judge!,
            judge is null ? null : await shelf.FolderAsync(judge, stop),
            settings.BestOf > 1 && picker is not null ? await shelf.FolderAsync(picker, stop) : null,
            settings,
            new SamplingSettings
            {
                Temperature = settings.Temperature,
                MaxNewTokens = settings.MaxTokens ?? await MaxTokensAsync(context, model, stop) ?? DefaultMaxTokens,
                Seed = (ulong)context.Run.Seed,
            }
        );

        // 2. Completions, scores, KL.
        var (figures, used) = await context.ComputeAsync(() => comparison.Measure(prompts, context, stop), stop);
        figures["model"] = model.Name;
        figures["against"] = against.Name;
        figures["judge"] = settings.Judge;
        figures["promptsFrom"] = from;
        if (picker is not null && figures["bestOfN"] is JsonObject best)
        {
            best["pickedBy"] = picker.Name;
        }
        figures["machine"] = context.Machine;
        return new RunOutput(figures, Prompts: [.. used.Where(p => p.Id != Guid.Empty).Select(p => (p.Id, PromptUse.Evaluated))]);
    }

    private async Task<RunOutput> ByPeopleAsync(RunContext context, Model model, Model against, CancellationToken stop)
    {
        var reports = VoteReport.Of(await people.VotesAsync(model, against, context.Run.ProjectId, stop));
        var main = reports.FirstOrDefault(r => r.Criterion == Criterion.Overall) ?? reports[0];
        return new RunOutput(
            new JsonObject
            {
                ["model"] = model.Name,
                ["against"] = against.Name,
                ["judge"] = PeopleJudge.Name,
                ["votes"] = main.Votes,
                ["winRate"] = JsonSerializer.SerializeToNode(main.WinRate, JsonSerializerOptions.Web),
                ["lengthControlledWinRate"] = JsonSerializer.SerializeToNode(main.LengthControlledWinRate, JsonSerializerOptions.Web),
                ["criteria"] = JsonSerializer.SerializeToNode(reports, JsonSerializerOptions.Web),
            }
        );
    }

    /// <summary>The reward model that picks the best of n: the one named, else the one the policy was trained against.</summary>
    private async Task<Model?> FindPickerAsync(RunContext context, Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (context.Pairs.Find("reward") is { } named)
        {
            return await shelf.FindAsync(named, ModelKind.Reward, ct);
        }
        var trainedWith = await db.Runs.Where(r => r.Id == model.RunId).Select(r => r.RewardModelId).SingleOrDefaultAsync(ct);
        return trainedWith is { } id ? await shelf.GetAsync(id, ct) : null;
    }

    private async Task<int?> MaxTokensAsync(RunContext context, Model model, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var project =
            context.Run.ProjectId ?? await db.Runs.Where(r => r.Id == model.RunId).Select(r => r.ProjectId).SingleOrDefaultAsync(ct);
        return await db.Projects.Where(p => p.Id == project).Select(p => (int?)p.MaxNewTokens).SingleOrDefaultAsync(ct);
    }
}
