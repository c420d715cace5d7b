using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
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
public sealed class GenerateForProject(IDbContextFactory<AnnotationDbContext> contexts, CreateRankingTasks createTasks, ModelShelf shelf)
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
        var rival = settings.Against is { } name ? await shelf.FindAsync(name, ModelKind.Policy, stop) : null;
        if (rival?.Id == policy.Id)
        {
            throw new RunFailedException($"'{policy.Name}' cannot be compared with itself; name another model with Against.");
        }
        var folder = rival is null ? null : await shelf.FolderAsync(rival, stop);
        var type = model.Model.ScalarType;
        using var other = folder is null ? null : await context.ComputeAsync(() => Pretrained.Load(folder, context.Device, type), stop);
        // The policy writes the larger half.
        IReadOnlyList<Writer> writers = other is null
            ? [new Writer(policy.Id, model, wanted)]
            : [new Writer(policy.Id, model, wanted - wanted / 2), new Writer(rival!.Id, other, wanted / 2)];
        var prompts = await ChooseAsync(db, context.Run, settings.Prompts, stop);
        if (prompts.Count == 0)
        {
            throw new RunFailedException(
                $"Project '{project.Name}' has no prompt that waits for completions: each has an open ranking task. Import more prompts, or rank first."
            );
        }
        var lease = new RunLease(context.Claim.RunId, context.Claim.Epoch);
        var samplingJson = JsonSerializer.Serialize(sampling, JsonSerializerOptions.Web);
        var (tasks, fewer, tooFew, tooLong, done) = (0, 0, 0, 0, 0);
        foreach (var batch in prompts.Chunk(PromptsPerBatch))
        {
            stop.ThrowIfCancellationRequested();
            var written = await context.ComputeAsync(() => Write(writers, context.Run, batch, sampling, stop), stop);
            tooLong += batch.Length - written.Count;
            var created = await createTasks.RunAsync(lease, policy.Id, samplingJson, written, wanted, Priority, stop);
            if (!created.Succeeded)
            {
                throw new ClaimLostException(context.Claim.RunId, context.Claim.Epoch);
            }
            tasks += created.Value.TaskCount;
            fewer += created.Value.FewerCount;
            tooFew += created.Value.TooFewDistinctCount;
            done += batch.Length;
            context.Progress.Report(new TrainingProgress(done, prompts.Count, new Dictionary<string, double> { ["tasks"] = tasks }));
        }
        List<string> notes = [];
        if (fewer > 0)
        {
            notes.Add($"{fewer} tasks have fewer than {wanted} different completions; each says how many.");
        }
        if (tooFew + tooLong > 0)
        {
            notes.Add(
                $"{tooFew} prompts got fewer than two different completions and {tooLong} leave no room for {sampling.MaxNewTokens} new tokens in the model's context; they have no task."
            );
        }
        if (notes.Count > 0)
        {
            await context.Claim.NoteAsync(string.Join(' ', notes), stop);
        }
        return new RunOutput(
            new JsonObject
            {
                ["model"] = policy.Name,
                ["against"] = rival?.Name,
                ["prompts"] = prompts.Count,
                ["tasks"] = tasks,
                ["fewerDistinct"] = fewer,
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

    // Different texts of each prompt, whoever of the writers wrote them first.
    private static List<PromptCompletions> Write(
        IReadOnlyList<Writer> writers,
        Run run,
        IReadOnlyList<Prompt> batch,
        SamplingSettings sampling,
        CancellationToken stop
    )
    {
        // As best-of-n and PPO have it: a completion is as long as asked for, or the prompt has none.
        var room = writers.Min(w => w.Model.Model.Config.ContextLength) - sampling.MaxNewTokens - 1;
        var open = batch
            .Where(p =>
                writers.All(w => w.Model.Template.EncodePrompt(p.Messages.ToMessages()).Count is > 0 and var count && count <= room)
            )
            .ToDictionary(
                p => p.Id,
                p => (Prompt: p.Messages.ToMessages(), Texts: new List<GeneratedText>(), Known: new HashSet<string>())
            );
        var first = BitConverter.ToInt32(batch[0].TextHash);
        for (var place = 0; place < writers.Count; place++)
        {
            var (id, model, wanted) = writers[place];
            var prompts = open.ToDictionary(p => p.Key, p => model.Template.EncodePrompt(p.Value.Prompt));
            int Missing(List<GeneratedText> texts) => wanted - texts.Count(t => t.ModelId == id);
            for (var attempt = 0; attempt < Attempts && open.Values.Any(p => Missing(p.Texts) > 0); attempt++)
            {
                // Known by content: the same prompts get the same completions from the same model, settings and seed.
                var seed = new SeededRandom((ulong)run.Seed, first, place * Attempts + attempt).NextBits() >> 1;
                var rows = open.SelectMany(p => Enumerable.Repeat(p, Missing(p.Value.Texts))).ToList();
                var written = new Sampler(model).Generate([.. rows.Select(r => prompts[r.Key])], sampling with { Seed = seed }, stop);
                foreach (var ((_, row), completion) in rows.Zip(written))
                {
                    var text = completion.Text.WithoutNul();
                    var normal = PromptText.Normalize(text);
                    if (normal.Length > 0 && row.Known.Add(normal))
                    {
                        row.Texts.Add(new GeneratedText(text, (long)seed, id));
                    }
                }
            }
        }
        // A comparison needs a text of each.
        return
        [
            .. open.Select(p => new PromptCompletions(
                p.Key,
                writers.All(w => p.Value.Texts.Exists(t => t.ModelId == w.ModelId)) ? p.Value.Texts : []
            )),
        ];
    }

    /// <summary>A model and how many completions of each prompt it writes.</summary>
    private sealed record Writer(Guid ModelId, Pretrained Model, int Count);
}
