using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Text;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Training;

/// <summary>A prompt for PPO, RLOO or GRPO.</summary>
public sealed record FreshPrompt(Guid Id, IReadOnlyList<Message> Messages);

/// <summary>
/// Chooses the prompts of PPO, RLOO and GRPO: those of the project that neither SFT nor the reward model in the lineage learned from. On
/// prompts it has seen, a reward model scores what it remembers, and SFT has already written its answers.
/// </summary>
public sealed class FreshPrompts(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>The prompts, and a line that says how many were left out or overlap.</summary>
    /// <exception cref="RunFailedException">No prompt is left.</exception>
    public async Task<(IReadOnlyList<FreshPrompt> Prompts, string Notice)> ChooseAsync(
        Run run,
        Model policy,
        IReadOnlyList<Model> rewards,
        CancellationToken ct
    )
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var at = run.StartedAt ?? run.CreatedAt;
        // The test split belongs to evaluation.
        var prompts = await db
            .Prompts.AsNoTracking()
            .Where(p => p.ProjectId == run.ProjectId && p.Split != Split.Test && p.CreatedAt <= at)
            .ToListAsync(ct);
        var runs = await LearnedFromAsync(db, [policy, .. rewards], ct);
        // By text, as a prompt may stand in several projects.
        var used = await (
            from use in db.RunPrompts
            join prompt in db.Prompts on use.PromptId equals prompt.Id
            where runs.Contains(use.RunId) && use.Use != PromptUse.Evaluated
            select prompt.TextHash
        )
            .Distinct()
            .ToListAsync(ct);
        var known = used.Select(Convert.ToHexString).ToHashSet();
        var overlapping = prompts.Count(p => known.Contains(Convert.ToHexString(p.TextHash)));
        var chosen = prompts
            .Where(p => run.AllowOverlap || !known.Contains(Convert.ToHexString(p.TextHash)))
            .OrderBy(p => Convert.ToHexString(p.TextHash), StringComparer.Ordinal)
            .Select(p => new FreshPrompt(p.Id, p.Messages.ToMessages()))
            .ToList();
        if (chosen.Count == 0)
        {
            throw new RunFailedException(
                prompts.Count == 0
                    ? "The project has no prompts outside its test split; import some."
                    : $"SFT or the reward model learned from all {prompts.Count} prompts of the project; import fresh ones, or allow overlap."
            );
        }
        var notice =
            overlapping == 0 ? $"All {chosen.Count} prompts are new to SFT and the reward model."
            : run.AllowOverlap ? $"Overlap was allowed: SFT or the reward model learned from {overlapping} of the {chosen.Count} prompts."
            : $"{overlapping} of {prompts.Count} prompts were left out because SFT or the reward model learned from them.";
        return (chosen, notice);
    }

    /// <summary>The SFT, reward and DPO runs among the ancestors of these models.</summary>
    private static async Task<List<Guid>> LearnedFromAsync(AnnotationDbContext db, IReadOnlyList<Model> starts, CancellationToken ct)
    {
        var found = new HashSet<Guid>();
        foreach (var start in starts)
        {
            for (var model = start; ; )
            {
                var maker = model.RunId is { } id
                    ? await db.Runs.Where(r => r.Id == id).Select(r => new { r.Id, r.Kind }).SingleAsync(ct)
                    : null;
                if (maker is { Kind: RunKind.Sft or RunKind.Reward or RunKind.Dpo })
                {
                    found.Add(maker.Id);
                }
                if (model.BaseModelId is not { } parent)
                {
                    break;
                }
                model = await db.Models.AsNoTracking().SingleAsync(m => m.Id == parent, ct);
            }
        }
        return [.. found];
    }
}
