using Annotation.Demo.Prompts;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Training;
using Annotation.Learning.Text;
using Microsoft.EntityFrameworkCore;
using PromptUse = Annotation.Domain.Runs.PromptUse;

namespace Annotation.Jobs.Evaluation;

/// <summary>Prompts that neither of two policies, nor a reward model behind them, nor who judges them, has learned from.</summary>
public sealed class HeldOutPrompts(IDbContextFactory<AnnotationDbContext> contexts, TraceModel trace)
{
    /// <summary>The prompts and a line that says where they are from: a file, the project, or the gold judge's own world.</summary>
    /// <exception cref="RunFailedException">There are none.</exception>
    internal async Task<(IReadOnlyList<FreshPrompt> Prompts, string From)> ChooseAsync(
        RunContext context,
        EvaluationSettings settings,
        IReadOnlyList<Model> models,
        CancellationToken ct
    )
    {
        if (settings.Format is { } format)
        {
            return await ReadFileAsync(context, settings, format, ct);
        }
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = await RunsAsync(models, ct);
        var project = context.Run.ProjectId ?? runs.Select(r => r.ProjectId).FirstOrDefault(p => p is not null);
        var learned = runs.Select(r => r.Id).ToList();
        var used = await (
            from use in db.RunPrompts
            join prompt in db.Prompts on use.PromptId equals prompt.Id
            where learned.Contains(use.RunId) && use.Use != PromptUse.Evaluated
            select prompt.TextHash
        )
            .Distinct()
            .ToListAsync(ct);
        var known = used.Select(Convert.ToHexString).ToHashSet();
        var all = await db.Prompts.AsNoTracking().Where(p => p.ProjectId == project).ToListAsync(ct);
        var free = all.Where(p => !known.Contains(Convert.ToHexString(p.TextHash))).ToList();
        // The test split first: nothing ever learns from it.
        var chosen = free.OrderBy(p => p.Split != Split.Test)
            .ThenBy(p => Convert.ToHexString(p.TextHash), StringComparer.Ordinal)
            .Take(settings.Prompts)
            .Select(p => new FreshPrompt(p.Id, p.Messages.ToMessages()))
            .ToList();
        if (chosen.Count > 0)
        {
            return (chosen, $"{chosen.Count} of {free.Count} prompts of the project that neither policy nor judge learned from");
        }
        return World(settings) is { Count: > 0 } world
            ? (world, $"{world.Count} prompts of the judge's own world")
            : throw new RunFailedException(
                "There are no held-out prompts: the policies and the judge learned from all of the project's, or there is no project. Name a file with --prompts."
            );
    }

    private async Task<List<Run>> RunsAsync(IReadOnlyList<Model> models, CancellationToken ct)
    {
        var runs = new List<Run>();
        foreach (var model in models)
        {
            var traced = await trace.RunAsync(model.Id, ct);
            runs.AddRange(traced.Value!.Select(t => t.Run).OfType<Run>());
        }
        return [.. runs.DistinctBy(r => r.Id)];
    }

    private static List<FreshPrompt> World(EvaluationSettings settings)
    {
        const ulong seed = 1;
        var use = Demo.Prompts.PromptUse.Evaluation;
        var texts = settings.Judge switch
        {
            "gold:demo" => PromptPool.Draw(use, settings.Prompts, seed).Select(p => p.Text),
            "gold:stories" => StoryPrompts.Draw(use, settings.Prompts, seed),
            _ => [],
        };
        return [.. texts.Select(t => new FreshPrompt(Guid.Empty, [new Message("user", t)]))];
    }

    private static async Task<(IReadOnlyList<FreshPrompt>, string)> ReadFileAsync(
        RunContext context,
        EvaluationSettings settings,
        string format,
        CancellationToken ct
    )
    {
        await using var file = IncomingFile.Open(context, settings);
        var name = settings.File ?? Path.GetFileName(file.Name);
        var read = await FileRows.ReadPromptsAsync(file, name, format, ct);
        if (!read.Succeeded)
        {
            throw new RunFailedException(read.Refusal.Sentence);
        }
        var prompts = read.Value.Rows.Take(settings.Prompts).Select(p => new FreshPrompt(Guid.Empty, p.ToMessages())).ToList();
        return (prompts, $"{prompts.Count} prompts of {name}");
    }
}
