using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Imports demonstrations from a file.</summary>
public sealed class ImportDemonstrations(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores every demonstration that the project does not have yet.</summary>
    /// <param name="projectId">Where to.</param>
    /// <param name="format">Name of a format that demonstrations can be read from.</param>
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
        var reader = Format.Find<IDemonstrationReader>(format, "demonstrations");
        if (!reader.Succeeded)
        {
            return reader.Refusal;
        }

        var request = new ImportRequest(projectId, format, fileName, file, importedBy);
        return await new ImportFile(contexts, time).RunAsync(
            request,
            "demonstrations",
            reader.Value.ReadDemonstrations,
            (db, rows, token) => StoreAsync(db, request, rows, token),
            cancellationToken
        );
    }

    private async Task<int> StoreAsync(
        AnnotationDbContext db,
        ImportRequest request,
        IReadOnlyList<DemonstrationContent> rows,
        CancellationToken cancellationToken
    )
    {
        var at = time.Now();
        var (prompts, _) = await db.AddPromptsAsync(request.ProjectId, rows.Select(r => r.Prompt), request.Source, at, cancellationToken);
        var shown = rows.Select(r =>
                (
                    PromptId: prompts[Convert.ToHexStringLower(PromptText.Hash(r.Prompt))],
                    Completion: new RankedCompletion(r.Completion, Rank: 1)
                )
            )
            .ToList();
        var completions = await db.AddCompletionsAsync(shown, at, cancellationToken);
        var wanted = shown.DistinctBy(s => CompletionKey.Of(s.PromptId, s.Completion)).ToList();
        var wantedPrompts = wanted.Select(s => s.PromptId).ToArray();
        // Whoever wrote it: a demonstration that was exported from here is not new when it comes back.
        var present = await (
            from demonstration in db.Demonstrations
            join completion in db.Completions on demonstration.CompletionId equals completion.Id
            where demonstration.ProjectId == request.ProjectId && wantedPrompts.Contains(demonstration.PromptId)
            select new { demonstration.PromptId, completion.TextHash }
        ).ToListAsync(cancellationToken);
        var known = present.Select(d => new CompletionKey(d.PromptId, Convert.ToHexStringLower(d.TextHash), null)).ToHashSet();
        var added = wanted
            .Select(s => CompletionKey.Of(s.PromptId, s.Completion))
            .Where(key => !known.Contains(key))
            .Select(key => completions[key])
            .ToArray();
        await using var insert = db.Command(
            """
            insert into demonstrations (id, project_id, prompt_id, completion_id, source, created_at)
            select row.id, $1, c.prompt_id, c.id, $2, $3
            from unnest($4, $5) as row (id, completion_id) join completions c on c.id = row.completion_id
            """,
            request.ProjectId,
            request.Source,
            at,
            added.Select(_ => Guid.CreateVersion7()).ToArray(),
            added
        );
        return await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
