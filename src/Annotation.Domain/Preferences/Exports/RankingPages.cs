using System.Runtime.CompilerServices;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Reads the rankings of a frozen set page by page, in the order of their content hashes.</summary>
/// <param name="contexts">Where from; nothing is held open between pages.</param>
/// <param name="set">The set.</param>
/// <param name="size">Rankings per page.</param>
internal sealed class RankingPages(IDbContextFactory<AnnotationDbContext> contexts, PreferenceSet set, int size)
{
    public async IAsyncEnumerable<ReadRanking> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] last = [];
        while (true)
        {
            var page = await ReadPageAsync(last, cancellationToken);
            foreach (var (_, ranking) in page)
            {
                yield return ranking;
            }

            if (page.Count < size)
            {
                yield break;
            }

            last = page[^1].Hash;
        }
    }

    private async Task<List<(byte[] Hash, ReadRanking Ranking)>> ReadPageAsync(byte[] after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ids = await db
            .Database.SqlQuery<Guid>(
                $"""
                select r.id as "Value" from preference_set_items i join rankings r on r.id = i.ranking_id
                where i.set_id = {set.Id} and r.content_hash > {after} order by r.content_hash limit {size}
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
        var answers = await AnswersAsync(db, rankings.Values, cancellationToken);
        var beside = await new BesideAnswers(db, set.ProjectId).ReadAsync([.. answers.Values], cancellationToken);
        return ids.ConvertAll(id =>
        {
            var ranking = rankings[id];
            var row = Read(ranking, prompts, completions);
            return (
                ranking.ContentHash,
                AnswerId(ranking) is { } answer && answers.TryGetValue(answer, out var stored) ? Whole(row, stored) : row
            );
        });

        ReadRanking Whole(ReadRanking row, StoredAnswer stored) =>
            row with
            {
                Answer = WithRanked(stored.Answer, rankings.Values.Single(r => AnswerId(r) == stored.Id), completions),
                Beside = beside.Of(stored),
            };
    }

    private static Guid? AnswerId(Ranking ranking) => ranking.AnswerId ?? ranking.ImportedAnswerId;

    private async Task<Dictionary<Guid, StoredAnswer>> AnswersAsync(
        AnnotationDbContext db,
        IReadOnlyCollection<Ranking> rankings,
        CancellationToken cancellationToken
    )
    {
        var reader = new AnswerReader(db, set.ProjectId);
        var here = rankings.Select(r => r.AnswerId).OfType<Guid>().ToList();
        var imported = rankings.Select(r => r.ImportedAnswerId).OfType<Guid>().ToList();
        var given = await reader.ReadAsync(db.Answers.Where(a => here.Contains(a.Id)), cancellationToken);
        var read = await reader.ReadAsync(db.ImportedAnswers.Where(a => imported.Contains(a.Id)), cancellationToken);
        return given.Concat(read).ToDictionary(a => a.Id);
    }

    /// <summary>The answer with the completions that were ranked but not shown: what the labeler wrote.</summary>
    private static ReadAnswer WithRanked(ReadAnswer answer, Ranking ranking, Dictionary<Guid, Completion> completions)
    {
        var all = new Dictionary<Guid, RankedCompletion>(answer.Completions);
        foreach (var item in ranking.Items.Where(i => !all.ContainsKey(i.CompletionId)))
        {
            all[item.CompletionId] = Ranked(item, completions[item.CompletionId]);
        }

        return answer with
        {
            Completions = all,
        };
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
