using System.Runtime.CompilerServices;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Writes the rankings of a preference set as lines of a format.</summary>
public sealed class ExportPreferences(IDbContextFactory<AnnotationDbContext> contexts, FreezePreferenceSet freeze)
{
    private const int PageSize = 500;

    /// <summary>
    /// Freezes the project's live rankings, or takes the given set, and returns its lines in the order of their
    /// content hashes. Nothing is held open while the lines are read.
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
        return set.Succeeded
            ? new Export(set.Value.Id.ToString(), set.Value.ContentHash, WriteAsync(set.Value.Id, writer.Value, cancellationToken))
            : set.Refusal;
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
        Guid setId,
        IRankingWriter writer,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        byte[] last = [];
        while (true)
        {
            var page = await ReadPageAsync(setId, last, cancellationToken);
            foreach (var (_, ranking) in page)
            {
                foreach (var line in writer.WriteRanking(ranking))
                {
                    yield return line;
                }
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            last = page[^1].Hash;
        }
    }

    private async Task<List<(byte[] Hash, ReadRanking Ranking)>> ReadPageAsync(
        Guid setId,
        byte[] after,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ids = await db
            .Database.SqlQuery<Guid>(
                $"""
                select r.id as "Value" from preference_set_items i join rankings r on r.id = i.ranking_id
                where i.set_id = {setId} and r.content_hash > {after} order by r.content_hash limit {PageSize}
                """
            )
            .ToListAsync(cancellationToken);
        var rankings = await db
            .Rankings.AsNoTracking()
            .Include(r => r.Items)
            .Where(r => ids.Contains(r.Id))
            .ToDictionaryAsync(r => r.Id, cancellationToken);
        var promptIds = rankings.Values.Select(r => r.PromptId).Distinct().ToList();
        var prompts = await db.Prompts.AsNoTracking().Where(p => promptIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, cancellationToken);
        var completionIds = rankings.Values.SelectMany(r => r.Items.Select(i => i.CompletionId)).Distinct().ToList();
        var completions = await db
            .Completions.AsNoTracking()
            .Where(c => completionIds.Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, cancellationToken);
        return ids.ConvertAll(id => (rankings[id].ContentHash, Read(rankings[id], prompts, completions)));
    }

    private static ReadRanking Read(Ranking ranking, Dictionary<Guid, Prompt> prompts, Dictionary<Guid, Completion> completions) =>
        new(
            new RankingContent(
                prompts[ranking.PromptId].Messages,
                ranking.Criterion,
                [.. ranking.Items.Select(item => Ranked(item, completions[item.CompletionId]))],
                ranking.LabelerName,
                ranking.JudgedAt
            ),
            ranking.Source,
            ranking.ActiveMilliseconds
        );

    private static RankedCompletion Ranked(RankingItem item, Completion completion) =>
        new(completion.Text, item.Rank, item.ShownPosition, completion.ModelName, completion.SamplingSettings, completion.Seed);
}
