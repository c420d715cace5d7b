using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Formats;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>The live answers of a project that order nothing: flags, reasons, grades on no criterion, incomparable completions.</summary>
internal sealed class UnrankedAnswers(IDbContextFactory<AnnotationDbContext> contexts, Guid projectId)
{
    private const int PageSize = 500;

    /// <summary>All of them in the order of their hashes, so that the same answers give the same file in any project.</summary>
    /// <param name="asOf">Those that were live then; null for now.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<List<UnrankedAnswer>> ListAsync(DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var given = await (
            from answer in db.Answers.Live(db, asOf)
            join task in db.LabelingTasks on answer.TaskId equals task.Id
            where task.ProjectId == projectId && task.Kind == LabelingTaskKind.Ranking && !db.Rankings.Any(r => r.AnswerId == answer.Id)
            select new UnrankedAnswer(answer.Id, false, Array.Empty<byte>())
        ).ToListAsync(cancellationToken);
        var imported = await db
            .ImportedAnswers.Live(db, asOf)
            .Where(a => a.ProjectId == projectId && !db.Rankings.Any(r => r.ImportedAnswerId == a.Id))
            .Select(a => new UnrankedAnswer(a.Id, true, a.ContentHash))
            .ToListAsync(cancellationToken);
        var hashed = new List<UnrankedAnswer>(imported);
        foreach (var page in given.Chunk(PageSize))
        {
            var rows = await ReadAsync(page, cancellationToken);
            hashed.AddRange(page.Zip(rows, (answer, row) => answer with { Hash = row.Hash() }));
        }

        return [.. hashed.OrderBy(a => Convert.ToHexString(a.Hash), StringComparer.Ordinal)];
    }

    /// <summary>What these say, in the same order.</summary>
    public async Task<List<ReadRanking>> ReadAsync(IReadOnlyList<UnrankedAnswer> answers, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var reader = new AnswerReader(db, projectId);
        var here = answers.Where(a => !a.IsImported).Select(a => a.Id).ToList();
        var imported = answers.Where(a => a.IsImported).Select(a => a.Id).ToList();
        var given = await reader.ReadAsync(db.Answers.Where(a => here.Contains(a.Id)), cancellationToken);
        var read = await reader.ReadAsync(db.ImportedAnswers.Where(a => imported.Contains(a.Id)), cancellationToken);
        var stored = given.Concat(read).ToDictionary(a => a.Id);
        var beside = await new BesideAnswers(db, projectId).ReadAsync([.. stored.Values], cancellationToken);
        var promptIds = stored.Values.Select(a => a.PromptId).Distinct().ToList();
        var prompts = await db
            .Prompts.AsNoTracking()
            .Where(p => promptIds.Contains(p.Id))
            .ToDictionaryAsync(p => p.Id, p => p.Messages, cancellationToken);
        return [.. answers.Select(a => stored[a.Id]).Select(a => a.ToRow(prompts[a.PromptId]) with { Beside = beside.Of(a) })];
    }
}

/// <summary>An answer that orders nothing.</summary>
/// <param name="Id">Of its row.</param>
/// <param name="IsImported">Given elsewhere.</param>
/// <param name="Hash">SHA-256 of what it says.</param>
internal sealed record UnrankedAnswer(Guid Id, bool IsImported, byte[] Hash);
