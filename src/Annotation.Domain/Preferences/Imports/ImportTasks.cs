using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Makes tasks for labelers of completions that somebody else's models wrote.</summary>
public sealed class ImportTasks(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private const int Most = 9;

    /// <summary>
    /// One task for each prompt with the completions that the file judges together, whatever it says of them. A task about
    /// the same completions that the project has is not made again.
    /// </summary>
    /// <param name="projectId">Where to.</param>
    /// <param name="format">Name of a format that rankings can be read from.</param>
    /// <param name="fileName">As the person knows it; a name ending in .gz is gunzipped.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="importedBy">Who imports; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the work and undoes it.</param>
    public async Task<Outcome<ImportReport>> RunAsync(
        Guid projectId,
        string format,
        string fileName,
        Stream file,
        Guid? importedBy,
        CancellationToken cancellationToken
    )
    {
        var reader = Format.Find<IRankingReader>(format, "tasks");
        if (!reader.Succeeded)
        {
            return reader.Refusal;
        }

        var request = new ImportRequest(projectId, format, fileName, file, importedBy);
        return await new ImportFile(contexts, time).RunAsync(
            request,
            "tasks",
            line => reader.Value.ReadRankings(line).Select(Judged).DistinctBy(KeyOf),
            (db, rows, token) => StoreAsync(db, request, rows, token),
            cancellationToken
        );
    }

    private static JudgedTogether Judged(ReadRanking ranking)
    {
        var completions = (ranking.Answer?.Completions.Values ?? ranking.Content.Items).ToList();
        return completions.Count is >= 2 and <= Most
            ? new JudgedTogether(ranking.Content.Prompt, completions)
            : throw new ImportFaultException($"the row judges {completions.Count} completions together; a task holds 2 to {Most}");
    }

    private static string KeyOf(JudgedTogether row) =>
        KeyOf(Convert.ToHexStringLower(PromptText.Hash(row.Prompt)), row.Completions.Select(c => PromptText.Hash(c.Text)));

    private static string KeyOf(string prompt, IEnumerable<byte[]> completions) =>
        string.Join(',', completions.Select(Convert.ToHexStringLower).Order(StringComparer.Ordinal).Prepend(prompt));

    private async Task<int> StoreAsync(
        AnnotationDbContext db,
        ImportRequest request,
        IReadOnlyList<JudgedTogether> rows,
        CancellationToken cancellationToken
    )
    {
        var at = time.Now();
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == request.ProjectId, cancellationToken);
        var (prompts, _) = await db.AddPromptsAsync(project.Id, rows.Select(r => r.Prompt), request.Source, at, cancellationToken);
        var promptIds = prompts.Values.ToList();
        var present = await db
            .LabelingTasks.Where(t => t.ProjectId == project.Id && promptIds.Contains(t.PromptId))
            .Select(t => new
            {
                t.PromptId,
                Hashes = db.Completions.Where(c => t.Completions.Any(i => i.CompletionId == c.Id)).Select(c => c.TextHash).ToList(),
            })
            .ToListAsync(cancellationToken);
        var promptHashes = prompts.ToDictionary(p => p.Value, p => p.Key);
        var known = present.Select(t => KeyOf(promptHashes[t.PromptId], t.Hashes)).ToHashSet();
        var wanted = rows.Select(r => (Row: r, PromptId: prompts[Convert.ToHexStringLower(PromptText.Hash(r.Prompt))]))
            .Where(r => known.Add(KeyOf(r.Row)))
            .ToList();
        var ids = await db.AddCompletionsAsync(
            wanted.SelectMany(r => r.Row.Completions.Select(c => (r.PromptId, c))),
            at,
            cancellationToken
        );
        db.LabelingTasks.AddRange(
            wanted.Select(r =>
            {
                var overlap = Overlap.Of(project, 0, PromptText.Hash(r.Row.Prompt));
                return new LabelingTask
                {
                    ProjectId = project.Id,
                    PromptId = r.PromptId,
                    Kind = LabelingTaskKind.Ranking,
                    JudgementsWanted = overlap.Wanted,
                    JudgementsCap = overlap.Cap,
                    Arm = overlap.Arm,
                    RandomArmShare = project.RandomArmShare,
                    CreatedAt = at,
                    Completions =
                    [
                        .. r.Row.Completions.Select(
                            (c, i) => new LabelingTaskCompletion { CompletionId = ids[CompletionKey.Of(r.PromptId, c)], Position = i }
                        ),
                    ],
                };
            })
        );
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        return wanted.Count;
    }

    private sealed record JudgedTogether(IReadOnlyList<PromptMessage> Prompt, IReadOnlyList<RankedCompletion> Completions);
}
