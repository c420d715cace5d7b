using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Training;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Training;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Generation;

/// <summary>
/// Different completions for a project's prompts. Each batch is stored with its ranking tasks as soon as it is written,
/// so that labelers can begin, and so that a run that was interrupted goes on after the last batch.
/// </summary>
public sealed class GenerateForProject(IDbContextFactory<AnnotationDbContext> contexts, CreateRankingTasks createTasks)
{
    private const int PromptsPerBatch = 16;

    // A model that repeats itself gets this many chances; the task then has fewer completions.
    private const int Attempts = 4;

    private const int Priority = 0;

    /// <summary>Writes and stores.</summary>
    public async Task<RunOutput> RunAsync(
        RunContext context,
        GenerationSettings settings,
        Model policy,
        Pretrained model,
        CancellationToken stop
    )
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == context.Run.ProjectId, stop);
        var sampling = RequestedSampling.Of(settings, project.Temperature, project.MaxNewTokens);
        var wanted = settings.CompletionsPerPrompt ?? project.CompletionsPerTask;
        var prompts = await ChooseAsync(db, context.Run, settings.Prompts, stop);
        if (prompts.Count == 0)
        {
            throw new RunFailedException(
                $"Project '{project.Name}' has no prompt that waits for completions: each has an open ranking task. Import more prompts, or rank first."
            );
        }
        var lease = new RunLease(context.Claim.RunId, context.Claim.Epoch);
        var samplingJson = JsonSerializer.Serialize(sampling, JsonSerializerOptions.Web);
        var (tasks, tooFew, tooLong, done) = (0, 0, 0, 0);
        foreach (var batch in prompts.Chunk(PromptsPerBatch))
        {
            stop.ThrowIfCancellationRequested();
            var written = await context.ComputeAsync(() => Write(model, context.Run, batch, wanted, sampling, stop), stop);
            tooLong += batch.Length - written.Count;
            var created = await createTasks.RunAsync(lease, policy.Id, samplingJson, written, Priority, stop);
            if (!created.Succeeded)
            {
                throw new ClaimLostException(context.Claim.RunId, context.Claim.Epoch);
            }
            tasks += created.Value.TaskCount;
            tooFew += created.Value.TooFewDistinctCount;
            done += batch.Length;
            context.Progress.Report(new TrainingProgress(done, prompts.Count, new Dictionary<string, double> { ["tasks"] = tasks }));
        }
        if (tooFew + tooLong > 0)
        {
            await context.Claim.NoteAsync(
                $"{tooFew} prompts got fewer than two different completions and {tooLong} do not fit the model's context; they have no task.",
                stop
            );
        }
        return new RunOutput(
            new JsonObject
            {
                ["model"] = policy.Name,
                ["prompts"] = prompts.Count,
                ["tasks"] = tasks,
                ["tooFewDistinct"] = tooFew,
                ["tooLong"] = tooLong,
            }
        );
    }

    /// <summary>Prompts that wait for no labeler's ranking; those judged least first, then the oldest.</summary>
    private static Task<List<Prompt>> ChooseAsync(AnnotationDbContext db, Run run, int? limit, CancellationToken ct)
    {
        var at = run.StartedAt ?? run.CreatedAt;
        // What this run itself has made before it was interrupted does not count, so that it chooses the same again.
        var others = db.LabelingTasks.Where(t => t.Kind == LabelingTaskKind.Ranking && t.RunId != run.Id);
        var prompts = db
            .Prompts.AsNoTracking()
            .Where(p => p.ProjectId == run.ProjectId && p.CreatedAt <= at)
            .Where(p => !others.Any(t => t.PromptId == p.Id && t.ClosedAt == null))
            .OrderBy(p => others.Count(t => t.PromptId == p.Id))
            .ThenBy(p => p.Id);
        return (limit is { } count ? prompts.Take(count) : prompts.AsQueryable()).ToListAsync(ct);
    }

    private static List<PromptCompletions> Write(
        Pretrained model,
        Run run,
        IReadOnlyList<Prompt> batch,
        int wanted,
        SamplingSettings sampling,
        CancellationToken stop
    )
    {
        var limit = model.Model.Config.ContextLength;
        var open = batch
            .Select(p => (Prompt: p, Ids: model.Template.EncodePrompt(p.Messages.ToMessages())))
            .Where(p => p.Ids.Count > 0 && p.Ids.Count < limit)
            .ToDictionary(p => p.Prompt.Id, p => (p.Ids, Texts: new List<GeneratedText>(), Known: new HashSet<string>()));
        var first = BitConverter.ToInt32(batch[0].TextHash);
        for (var attempt = 0; attempt < Attempts && open.Values.Any(p => p.Texts.Count < wanted); attempt++)
        {
            // Known by content: the same prompts get the same completions from the same model, settings and seed.
            var seed = new SeededRandom((ulong)run.Seed, first, attempt).NextBits() >> 1;
            var rows = open.Values.SelectMany(p => Enumerable.Repeat(p, wanted - p.Texts.Count)).ToList();
            var written = new Sampler(model).Generate([.. rows.Select(r => r.Ids)], sampling with { Seed = seed }, stop);
            foreach (var (row, completion) in rows.Zip(written))
            {
                var text = completion.Text.WithoutNul();
                var normal = PromptText.Normalize(text);
                if (normal.Length > 0 && row.Known.Add(normal))
                {
                    row.Texts.Add(new GeneratedText(text, (long)seed));
                }
            }
        }
        return [.. open.Select(p => new PromptCompletions(p.Key, p.Value.Texts))];
    }
}
