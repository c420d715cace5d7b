using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Imports rankings from a file.</summary>
public sealed class ImportPreferences(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Stores every ranking that the project does not have yet. A criterion that the project lacks is added with
    /// weight 0, so that nothing of the file is lost and nothing changes what PPO aims at.
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
        var reader = Format.Find<IRankingReader>(format, "preferences");
        if (!reader.Succeeded)
        {
            return reader.Refusal;
        }

        var request = new ImportRequest(projectId, format, fileName, file, importedBy);
        return await new ImportFile(contexts, time).RunAsync(
            request,
            "preferences",
            reader.Value.ReadRankings,
            (db, rows, token) => StoreAsync(db, request, rows, token),
            cancellationToken
        );
    }

    private async Task<int> StoreAsync(
        AnnotationDbContext db,
        ImportRequest request,
        IReadOnlyList<ReadRanking> rows,
        CancellationToken cancellationToken
    )
    {
        var at = time.Now();
        var hashed = rows.Select(r => (Row: r, Hash: r.Content.Hash())).DistinctBy(r => Convert.ToHexStringLower(r.Hash)).ToList();
        var hashes = hashed.Select(r => r.Hash).ToArray();
        var present = await db
            .Rankings.Where(r => r.ProjectId == request.ProjectId && hashes.Contains(r.ContentHash))
            .Select(r => r.ContentHash)
            .ToListAsync(cancellationToken);
        var known = present.Select(Convert.ToHexStringLower).ToHashSet();
        hashed.RemoveAll(r => known.Contains(Convert.ToHexStringLower(r.Hash)));
        if (hashed.Count == 0)
        {
            return 0;
        }

        await AddCriteriaAsync(db, request.ProjectId, hashed.Select(r => r.Row.Content.Criterion), at, cancellationToken);
        var (promptIds, _) = await db.AddPromptsAsync(
            request.ProjectId,
            hashed.Select(r => r.Row.Content.Prompt),
            request.Source,
            at,
            cancellationToken
        );
        var placed = hashed.ConvertAll(r => new PlacedRanking(
            Guid.CreateVersion7(),
            promptIds[Convert.ToHexStringLower(PromptText.Hash(r.Row.Content.Prompt))],
            r.Row,
            r.Hash
        ));
        var completionIds = await db.AddCompletionsAsync(
            placed.SelectMany(p => p.Row.Content.Items.Select(i => (p.PromptId, i))),
            at,
            cancellationToken
        );
        await CopyRankingsAsync(db, request, placed, at, cancellationToken);
        await CopyItemsAsync(db, placed, completionIds, cancellationToken);
        return placed.Count;
    }

    private static async Task AddCriteriaAsync(
        AnnotationDbContext db,
        Guid projectId,
        IEnumerable<string> keys,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var present = await db.Criteria.Where(c => c.ProjectId == projectId).Select(c => c.Key).ToListAsync(cancellationToken);
        foreach (var key in keys.Distinct().Except(present).Order(StringComparer.Ordinal).ToList())
        {
            db.Criteria.Add(new NewCriterion(key, key).ToCriterion(projectId, present.Count, at));
            present.Add(key);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task CopyRankingsAsync(
        AnnotationDbContext db,
        ImportRequest request,
        List<PlacedRanking> placed,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy rankings (id, project_id, prompt_id, criterion, labeler_name, source, content_hash, judged_at,
                active_milliseconds, created_at) from stdin (format binary)
            """,
            cancellationToken
        );
        foreach (var ranking in placed)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(ranking.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(request.ProjectId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(ranking.PromptId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(ranking.Row.Content.Criterion, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(ranking.Row.Content.LabelerName, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(ranking.Row.Source ?? request.Source, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(ranking.Hash, NpgsqlDbType.Bytea, cancellationToken);
            await copy.WriteAsync(ranking.Row.Content.JudgedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(ranking.Row.ActiveMilliseconds, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task CopyItemsAsync(
        AnnotationDbContext db,
        List<PlacedRanking> placed,
        Dictionary<CompletionKey, Guid> completionIds,
        CancellationToken cancellationToken
    )
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy ranking_items (ranking_id, completion_id, rank, shown_position) from stdin (format binary)",
            cancellationToken
        );
        foreach (var ranking in placed)
        {
            foreach (var item in ranking.Row.Content.Items)
            {
                var completionId = completionIds[CompletionKey.Of(ranking.PromptId, item)];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(ranking.Id, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(completionId, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(item.Rank, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(item.ShownPosition, NpgsqlDbType.Integer, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private sealed record PlacedRanking(Guid Id, Guid PromptId, ReadRanking Row, byte[] Hash);
}
