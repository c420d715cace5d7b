using Annotation.Domain.Data;
using Annotation.Domain.Runs;
using Annotation.Jobs.Models;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Execution;

/// <summary>Ends a run well: result, model, lineage and the prompts it used, in one transaction under the run's epoch.</summary>
public sealed class CompleteRun(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the output and marks the run completed.</summary>
    /// <returns>False when the run is no longer this worker's; then nothing was stored.</returns>
    /// <exception cref="RunFailedException">The model's name was taken meanwhile.</exception>
    public async Task<bool> RunAsync(RunClaim claim, RunOutput output, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.Now();
        var result = output.Result.ToJsonString();
        // First of all the run's row: it is locked until the end, so no other worker can claim it meanwhile.
        var changed = await db
            .Runs.Where(r => r.Id == claim.RunId && r.Epoch == claim.Epoch && r.State == RunState.Running)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => r.State, RunState.Completed)
                        .SetProperty(r => r.EndedAt, now)
                        .SetProperty(r => r.Result, result)
                        .SetProperty(r => r.Error, (string?)null),
                ct
            );
        if (changed == 0)
        {
            return false;
        }
        if (output.Model is { } made)
        {
            var model = await Registry.AddAsync(db, claim.RunId, made, now, ct);
            await db.Runs.Where(r => r.Id == claim.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.OutputModelId, model), ct);
        }
        foreach (var (promptId, use) in output.Prompts ?? [])
        {
            db.RunPrompts.Add(
                new RunPrompt
                {
                    RunId = claim.RunId,
                    PromptId = promptId,
                    Use = use,
                }
            );
        }
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"select pg_notify('run_progress', {claim.RunId.ToString()})", ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
