using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Stores completions that a model wrote for a project's prompts and asks labelers to rank them.</summary>
public sealed class CreateRankingTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Makes one task per prompt of its distinct completions. Prompts with fewer than two distinct completions get
    /// none and are counted; a prompt for which this run made a task before is left as it is, so that a repeated job
    /// does no harm.
    /// </summary>
    /// <param name="lease">The generation run and the epoch under which the worker holds it.</param>
    /// <param name="modelId">The policy that wrote them, unless a text says another.</param>
    /// <param name="samplingSettings">A JSON object.</param>
    /// <param name="prompts">Prompts of the run's project with what the policy wrote.</param>
    /// <param name="wanted">How many different completions of each were asked for.</param>
    /// <param name="priority">Higher is handed out first.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<CreatedTasks>> RunAsync(
        RunLease lease,
        Guid modelId,
        string samplingSettings,
        IReadOnlyList<PromptCompletions> prompts,
        int wanted,
        int priority,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await lease.HoldAsync(db, time.Now(), cancellationToken))
        {
            return RunLease.Lost();
        }

        var run = await db.Runs.SingleAsync(r => r.Id == lease.RunId, cancellationToken);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == run.ProjectId, cancellationToken);
        var writers = prompts.SelectMany(p => p.Completions).Select(c => c.ModelId ?? modelId).Append(modelId).Distinct().ToList();
        var models = await db.Models.AsNoTracking().Where(m => writers.Contains(m.Id)).ToDictionaryAsync(m => m.Id, cancellationToken);
        var promptIds = prompts.Select(p => p.PromptId).ToList();
        var present = await db
            .LabelingTasks.Where(t => t.RunId == run.Id && promptIds.Contains(t.PromptId))
            .Select(t => t.PromptId)
            .ToListAsync(cancellationToken);
        var hashes = await db.Prompts.Where(p => promptIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.TextHash, cancellationToken);
        var texts = new ModelCompletions(db, models, run.Id, samplingSettings, time.Now());
        await texts.LoadAsync(promptIds, cancellationToken);
        var (made, fewer, tooFew) = (0, 0, 0);
        foreach (var prompt in prompts.Where(p => !present.Contains(p.PromptId)))
        {
            var distinct = prompt.Completions.DistinctBy(c => PromptText.Normalize(c.Text)).ToList();
            if (distinct.Count < 2)
            {
                tooFew++;
                continue;
            }

            db.LabelingTasks.Add(TaskOf(prompt.PromptId, distinct.ConvertAll(c => texts.Add(prompt.PromptId, c.ModelId ?? modelId, c).Id)));
            made++;
            fewer += distinct.Count < wanted ? 1 : 0;
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CreatedTasks(made, fewer, tooFew);

        LabelingTask TaskOf(Guid promptId, IReadOnlyList<Guid> completionIds)
        {
            var overlap = Overlap.Of(project, run.Seed, hashes[promptId]);
            return new LabelingTask
            {
                ProjectId = project.Id,
                PromptId = promptId,
                Kind = LabelingTaskKind.Ranking,
                Priority = priority,
                JudgementsWanted = overlap.Wanted,
                JudgementsCap = overlap.Cap,
                Arm = overlap.Arm,
                RandomArmShare = project.RandomArmShare,
                CompletionsWanted = wanted,
                ModelId = modelId,
                RunId = run.Id,
                CreatedAt = time.Now(),
                Completions = [.. completionIds.Select((id, i) => new LabelingTaskCompletion { CompletionId = id, Position = i })],
            };
        }
    }

    /// <summary>The rows of what models wrote: one per prompt, model and text, also if it writes the same again.</summary>
    private sealed class ModelCompletions(
        AnnotationDbContext db,
        Dictionary<Guid, Model> models,
        Guid runId,
        string samplingSettings,
        DateTimeOffset at
    )
    {
        private readonly Dictionary<(Guid PromptId, Guid ModelId, string Text), Completion> known = [];

        public async Task LoadAsync(List<Guid> promptIds, CancellationToken cancellationToken)
        {
            var writers = models.Keys.ToList();
            var present = await db
                .Completions.Where(c => writers.Contains(c.ModelId!.Value) && c.PersonId == null && promptIds.Contains(c.PromptId))
                .ToListAsync(cancellationToken);
            foreach (var completion in present)
            {
                known[(completion.PromptId, completion.ModelId!.Value, completion.Text)] = completion;
            }
        }

        public Completion Add(Guid promptId, Guid modelId, GeneratedText generated)
        {
            if (known.TryGetValue((promptId, modelId, generated.Text), out var present))
            {
                return present;
            }

            var completion = new Completion
            {
                PromptId = promptId,
                Text = generated.Text,
                TextHash = PromptText.Hash(generated.Text),
                ModelId = modelId,
                ModelName = models[modelId].Name,
                RunId = runId,
                SamplingSettings = samplingSettings,
                Seed = generated.Seed,
                CreatedAt = at,
            };
            db.Completions.Add(completion);
            known[(promptId, modelId, generated.Text)] = completion;
            return completion;
        }
    }
}

/// <summary>What a policy wrote for one prompt.</summary>
public sealed record PromptCompletions(Guid PromptId, IReadOnlyList<GeneratedText> Completions);

/// <summary>One sampled completion and the seed of its generator.</summary>
/// <param name="Text">What was written.</param>
/// <param name="Seed">The seed.</param>
/// <param name="ModelId">Who wrote it; null: the policy that wrote most.</param>
public sealed record GeneratedText(string Text, long Seed, Guid? ModelId = null);

/// <summary>How many tasks were made.</summary>
/// <param name="TaskCount">New ranking tasks.</param>
/// <param name="FewerCount">Those of them with fewer different completions than were asked for.</param>
/// <param name="TooFewDistinctCount">Prompts for which the policy wrote fewer than two different completions.</param>
public sealed record CreatedTasks(int TaskCount, int FewerCount, int TooFewDistinctCount);
