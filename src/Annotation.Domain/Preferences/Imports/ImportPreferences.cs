using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Imports rankings from a file, and answers that rank nothing.</summary>
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
        var hashed = rows.Select(r => (Row: r, Hash: r.Hash())).DistinctBy(r => Convert.ToHexStringLower(r.Hash)).ToList();
        var known = await KnownAsync(db, request.ProjectId, hashed.Select(r => r.Hash).ToArray(), cancellationToken);
        var given = await GivenHereAsync(db, request.ProjectId, rows, cancellationToken);
        hashed.RemoveAll(r =>
            known.Contains(Convert.ToHexStringLower(r.Hash))
            || r.Row.Answer is { } answer && given.Contains((answer.Submission, answer.Question.Key))
        );
        if (hashed.Count == 0)
        {
            return 0;
        }

        await AddCriteriaAsync(
            db,
            request.ProjectId,
            hashed.Where(r => r.Row.Ranks).Select(r => r.Row.Content.Criterion),
            at,
            cancellationToken
        );
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
            placed.SelectMany(p => (p.Row.Answer?.Completions.Values ?? p.Row.Content.Items).Select(i => (p.PromptId, i))),
            at,
            cancellationToken
        );
        db.ImportedAnswers.AddRange(placed.Where(p => p.Row.Answer is not null).Select(p => p.ToAnswer(request, completionIds, at)));
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        var rankings = placed.FindAll(p => p.Row.Ranks);
        await CopyRankingsAsync(db, request, rankings, at, cancellationToken);
        await CopyItemsAsync(db, rankings, completionIds, cancellationToken);
        return placed.Count;
    }

    /// <summary>Which answers of the file were given in this project, so that an export that comes back is no news.</summary>
    private static async Task<HashSet<(string?, string)>> GivenHereAsync(
        AnnotationDbContext db,
        Guid projectId,
        IReadOnlyList<ReadRanking> rows,
        CancellationToken cancellationToken
    )
    {
        var keys = rows.Where(r => !r.Ranks && Guid.TryParse(r.Answer!.Submission, out _))
            .Select(r => Guid.Parse(r.Answer!.Submission!))
            .ToList();
        if (keys.Count == 0)
        {
            return [];
        }

        var given = await (
            from answer in db.Answers
            join task in db.LabelingTasks on answer.TaskId equals task.Id
            where task.ProjectId == projectId && keys.Contains(answer.SubmissionKey)
            select new { answer.SubmissionKey, answer.QuestionKey }
        ).ToListAsync(cancellationToken);
        return given.Select(a => ((string?)a.SubmissionKey.ToString(), a.QuestionKey)).ToHashSet();
    }

    /// <summary>Which of the hashes the project has, of rankings and of imported answers.</summary>
    private static async Task<HashSet<string>> KnownAsync(
        AnnotationDbContext db,
        Guid projectId,
        byte[][] hashes,
        CancellationToken cancellationToken
    )
    {
        var rankings = db.Rankings.Where(r => r.ProjectId == projectId && hashes.Contains(r.ContentHash)).Select(r => r.ContentHash);
        var answers = db.ImportedAnswers.Where(a => a.ProjectId == projectId && hashes.Contains(a.ContentHash)).Select(a => a.ContentHash);
        var known = await rankings.Union(answers).ToListAsync(cancellationToken);
        return known.Select(Convert.ToHexStringLower).ToHashSet();
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
                active_milliseconds, imported_answer_id, created_at) from stdin (format binary)
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
            await copy.WriteAsync(ranking.AnswerId, NpgsqlDbType.Uuid, cancellationToken);
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
}
