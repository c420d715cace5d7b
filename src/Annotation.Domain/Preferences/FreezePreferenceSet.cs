using System.Security.Cryptography;
using System.Text;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Annotation.Domain.Preferences;

/// <summary>Makes an immutable, numbered set of all live rankings of a project.</summary>
public sealed class FreezePreferenceSet(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    // Named in the hash: another way of splitting or hashing must give other hashes.
    private const string HashName = "preference-set-1";

    /// <summary>The refusal's code when there is nothing to freeze.</summary>
    public const string NoRankings = "no-rankings";

    /// <summary>
    /// Freezes the project's live rankings, split by their prompts, and returns the set; the existing one when nothing
    /// has changed since it was frozen. Refused when there is no ranking.
    /// </summary>
    public async Task<Outcome<PreferenceSet>> RunAsync(Guid projectId, Guid? frozenBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var rankings = await LiveAsync(db, projectId, cancellationToken);
        if (rankings.Count == 0)
        {
            return new Refusal(NoRankings, $"Project '{project.Name}' has no rankings yet; rank or import some first.");
        }

        var hash = HashOf(rankings);
        var present = await db.PreferenceSets.SingleOrDefaultAsync(
            s => s.ProjectId == projectId && s.ContentHash == hash,
            cancellationToken
        );
        if (present is not null)
        {
            return present;
        }

        var at = time.Now();
        var set = new PreferenceSet
        {
            ProjectId = projectId,
            Number = 1 + await db.PreferenceSets.CountAsync(s => s.ProjectId == projectId, cancellationToken),
            ContentHash = hash,
            Criteria =
            [
                .. rankings.Select(r => r.Criterion).Distinct().OrderBy(c => c != Criterion.Overall).ThenBy(c => c, StringComparer.Ordinal),
            ],
            RankingCount = rankings.Count,
            PromptCount = rankings.Select(r => r.PromptId).Distinct().Count(),
            TrainCount = rankings.Count(r => r.Split == Split.Train),
            ValidationCount = rankings.Count(r => r.Split == Split.Validation),
            TestCount = rankings.Count(r => r.Split == Split.Test),
            CreatedAt = at,
        };
        db.PreferenceSets.Add(set);
        db.Audit(at, frozenBy, "set.frozen", $"{project.Name}/{set.Number}", new { hash, set.RankingCount });
        await db.SaveChangesAsync(cancellationToken);
        await CopyItemsAsync(db, set.Id, rankings, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return set;
    }

    /// <summary>All live rankings by one statement, so that they are of one moment.</summary>
    private static Task<List<LiveRanking>> LiveAsync(AnnotationDbContext db, Guid projectId, CancellationToken cancellationToken) =>
        (
            from ranking in db.Rankings.Live(db)
            join prompt in db.Prompts on ranking.PromptId equals prompt.Id
            where ranking.ProjectId == projectId
            select new LiveRanking(ranking.Id, ranking.PromptId, ranking.Criterion, ranking.ContentHash, prompt.Split)
        ).ToListAsync(cancellationToken);

    /// <summary>SHA-256 over the rankings' content hashes in ascending order, each followed by its split.</summary>
    private static string HashOf(List<LiveRanking> rankings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(HashName));
        foreach (var ranking in rankings.OrderBy(r => Convert.ToHexString(r.ContentHash), StringComparer.Ordinal))
        {
            hash.AppendData(ranking.ContentHash);
            hash.AppendData([(byte)ranking.Split]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task CopyItemsAsync(
        AnnotationDbContext db,
        Guid setId,
        List<LiveRanking> rankings,
        CancellationToken cancellationToken
    )
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy preference_set_items (set_id, ranking_id, split) from stdin (format binary)",
            cancellationToken
        );
        foreach (var ranking in rankings)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(setId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(ranking.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(EnumText<Split>.Write(ranking.Split), NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private sealed record LiveRanking(Guid Id, Guid PromptId, string Criterion, byte[] ContentHash, Split Split);
}
