using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Writes the rankings of a preference set as lines of a format, and the answers beside them that rank nothing.</summary>
public sealed class ExportPreferences(IDbContextFactory<AnnotationDbContext> contexts, FreezePreferenceSet freeze)
{
    private const int PageSize = 500;
    private const int ShortHash = 12;

    /// <summary>
    /// Freezes the project's live rankings, or takes the given set, and returns its lines in the order of their
    /// content hashes. Formats that can say them get the answers that rank nothing after the rankings: those that were live
    /// when the set was frozen, or are now. A project that has only such answers is exported without a set: its snapshot is
    /// <c>answers@HASH</c>. Nothing is held open while the lines are read.
    /// </summary>
    /// <param name="projectId">The project.</param>
    /// <param name="format">Name of a format that rankings can be written in.</param>
    /// <param name="setId">A set of the project; null for what is live now.</param>
    /// <param name="exportedBy">Who exports; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the preparation and the lines.</param>
    public async Task<Outcome<Export>> RunAsync(
        Guid projectId,
        string format,
        Guid? setId,
        Guid? exportedBy,
        CancellationToken cancellationToken
    )
    {
        var writer = Format.Find<IRankingWriter>(format, "preferences");
        if (!writer.Succeeded)
        {
            return writer.Refusal;
        }

        var set = setId is { } id
            ? await FindAsync(projectId, id, cancellationToken)
            : await freeze.RunAsync(projectId, exportedBy, cancellationToken);
        if (set is { Succeeded: false, Refusal.Code: FreezePreferenceSet.NoRankings })
        {
            return await WithoutSetAsync(projectId, format, writer.Value, set.Refusal, cancellationToken);
        }

        if (!set.Succeeded)
        {
            return set.Refusal;
        }

        DateTimeOffset? asOf = setId is null ? null : set.Value.CreatedAt;
        var answers = writer.Value.WritesAnswers ? await new UnrankedAnswers(contexts, projectId).ListAsync(asOf, cancellationToken) : [];
        var lines = WriteAsync(projectId, set.Value, answers, writer.Value, cancellationToken);
        if (answers.Count == 0)
        {
            return new Export(set.Value.Id.ToString(), set.Value.ContentHash, lines);
        }

        var hash = HashOf(set.Value, answers);
        return new Export($"{set.Value.Id}+{hash[..ShortHash]}", hash, lines);
    }

    /// <summary>The answers of a project that ranks nothing, in a format that can say them.</summary>
    private async Task<Outcome<Export>> WithoutSetAsync(
        Guid projectId,
        string format,
        IRankingWriter writer,
        Refusal noRankings,
        CancellationToken cancellationToken
    )
    {
        var answers = await new UnrankedAnswers(contexts, projectId).ListAsync(asOf: null, cancellationToken);
        if (answers.Count == 0)
        {
            return noRankings;
        }

        if (!writer.WritesAnswers)
        {
            return new Refusal(
                FreezePreferenceSet.NoRankings,
                $"None of the project's {answers.Count} answers orders completions, so there is nothing to write as {format}; "
                    + "export them as rankings, which says every answer."
            );
        }

        var hash = HashOf(set: null, answers);
        return new Export($"answers@{hash[..ShortHash]}", hash, WriteAsync(projectId, set: null, answers, writer, cancellationToken));
    }

    private static string HashOf(PreferenceSet? set, IReadOnlyList<UnrankedAnswer> answers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(set is null ? [] : Convert.FromHexString(set.ContentHash));
        foreach (var answer in answers)
        {
            hash.AppendData(answer.Hash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task<Outcome<PreferenceSet>> FindAsync(Guid projectId, Guid setId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var set = await db
            .PreferenceSets.AsNoTracking()
            .SingleOrDefaultAsync(s => s.Id == setId && s.ProjectId == projectId, cancellationToken);
        return set is null ? new Refusal("unknown-set", $"The project has no preference set {setId}.") : set;
    }

    private async IAsyncEnumerable<string> WriteAsync(
        Guid projectId,
        PreferenceSet? set,
        IReadOnlyList<UnrankedAnswer> answers,
        IRankingWriter writer,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        if (set is not null)
        {
            await foreach (var ranking in new RankingPages(contexts, set, PageSize).ReadAsync(cancellationToken))
            {
                foreach (var line in writer.WriteRanking(ranking))
                {
                    yield return line;
                }
            }
        }

        foreach (var page in answers.Chunk(PageSize))
        {
            foreach (var row in await new UnrankedAnswers(contexts, projectId).ReadAsync(page, cancellationToken))
            {
                foreach (var line in writer.WriteRanking(row))
                {
                    yield return line;
                }
            }
        }
    }
}
