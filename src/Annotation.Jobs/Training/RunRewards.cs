using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Training;

/// <summary>Finds what a run's completions are scored by.</summary>
public sealed class RunRewards(IDbContextFactory<AnnotationDbContext> contexts, ModelShelf shelf, WorkerOptions options)
{
    /// <summary>The formula that the run names, else the newest reward model that the project has made.</summary>
    /// <exception cref="RunFailedException">A term does not exist, or nothing is named and the project has no reward model.</exception>
    public async Task<RunReward> FindAsync(RunContext context, CancellationToken ct)
    {
        if (context.Pairs.Find("reward") is not { } text)
        {
            var model = context.Run.RewardModelId is { } id ? await shelf.GetAsync(id, ct) : await NewestAsync(context.Run, ct);
            return new([new(1, RewardTermKind.Model, model.Name)], [(model, await shelf.FolderAsync(model, ct))], options);
        }
        var formula = RewardFormula.Parse(text);
        if (!formula.Succeeded)
        {
            throw new RunFailedException(formula.Refusal.Sentence);
        }
        var models = new List<(Model, string)>();
        foreach (var name in formula.Value.Models)
        {
            var model = await shelf.FindAsync(name, ModelKind.Reward, ct);
            models.Add((model, await shelf.FolderAsync(model, ct)));
        }
        foreach (var term in formula.Value.Terms.Where(t => t.Kind == RewardTermKind.Program))
        {
            CheckProgram(term.Name);
        }
        return new(formula.Value.Terms, models, options);
    }

    private void CheckProgram(string name)
    {
        if (options.RewardPrograms is not { } folder)
        {
            throw new RunFailedException(
                $"This worker runs no reward programs; put {name} into a folder and name it in its setting Annotation:RewardPrograms."
            );
        }
        if (!File.Exists(Path.Combine(folder, name)))
        {
            throw new RunFailedException($"There is no reward program {name} in the worker's folder {folder}.");
        }
    }

    private async Task<Model> NewestAsync(Run run, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db
                .Models.AsNoTracking()
                .Where(m => m.Kind == ModelKind.Reward)
                .Where(m => db.Runs.Any(r => r.Id == m.RunId && r.ProjectId == run.ProjectId))
                .OrderByDescending(m => m.CreatedAt)
                .FirstOrDefaultAsync(ct)
            ?? throw new RunFailedException("The project has no reward model; train one first, or name one with --set reward=NAME.");
    }
}
