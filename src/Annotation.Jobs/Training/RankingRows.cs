using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Annotation.Domain.Prompts;
using Annotation.Learning.RewardModeling;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Training;

/// <summary>Rankings of one prompt's completions by one labeler as training takes them.</summary>
public sealed record RankingRow(Guid PromptId, Split Split, RankedPrompt Ranked);

/// <summary>Loads the rankings of a frozen preference set.</summary>
public sealed class RankingRows(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>
    /// The rankings of these splits. What one labeler said of the same completions on several criteria is one row. The
    /// order depends on the content alone.
    /// </summary>
    public async Task<IReadOnlyList<RankingRow>> LoadAsync(Guid setId, IReadOnlyCollection<Split> splits, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var wanted = splits.ToList();
        var items = db.PreferenceSetItems.Where(i => i.SetId == setId && wanted.Contains(i.Split));
        var splitOf = await items.ToDictionaryAsync(i => i.RankingId, i => i.Split, ct);
        var rankings = await db
            .Rankings.AsNoTracking()
            .Include(r => r.Items)
            .Where(r => items.Any(i => i.RankingId == r.Id))
            .ToListAsync(ct);
        var prompts = await db
            .Prompts.AsNoTracking()
            .Where(p => db.Rankings.Any(r => r.PromptId == p.Id && items.Any(i => i.RankingId == r.Id)))
            .ToDictionaryAsync(p => p.Id, p => p.Messages.ToMessages(), ct);
        var texts = await db
            .Completions.AsNoTracking()
            .Where(c => db.RankingItems.Any(item => item.CompletionId == c.Id && items.Any(i => i.RankingId == item.RankingId)))
            .Select(c => new
            {
                c.Id,
                c.Text,
                c.ModelName,
            })
            .ToDictionaryAsync(c => c.Id, c => (c.Text, c.ModelName), ct);

        var rows = new List<RankingRow>();
        var groups = rankings
            .OrderBy(r => Convert.ToHexString(r.ContentHash), StringComparer.Ordinal)
            .GroupBy(r => (r.PromptId, Labeler(r), Judged: string.Join(' ', r.Items.Select(i => i.CompletionId).Order())));
        foreach (var group in groups)
        {
            // The same labeler may have judged the same completions on the same criterion more than once.
            var layers = group.GroupBy(r => r.Criterion).SelectMany(c => c.Select((r, n) => (r, n))).GroupBy(x => x.n, x => x.r);
            foreach (var layer in layers)
            {
                rows.Add(Row([.. layer], prompts, texts, splitOf));
            }
        }
        return rows;
    }

    private static RankingRow Row(
        List<Ranking> rankings,
        Dictionary<Guid, IReadOnlyList<Learning.Text.Message>> prompts,
        Dictionary<Guid, (string Text, string? ModelName)> texts,
        Dictionary<Guid, Split> splitOf
    )
    {
        var first = rankings[0];
        var completions = first.Items.Select(i => i.CompletionId).OrderBy(id => texts[id].Text, StringComparer.Ordinal).ToList();
        var ranks = rankings.ToDictionary(
            r => r.Criterion,
            r => completions.Select(id => (int?)r.Items.Single(i => i.CompletionId == id).Rank).ToArray()
        );
        var ranked = new RankedPrompt(prompts[first.PromptId], [.. completions.Select(id => texts[id].Text)], ranks)
        {
            Labeler = Labeler(first),
            Policies = [.. completions.Select(id => texts[id].ModelName)],
        };
        return new RankingRow(first.PromptId, splitOf[first.Id], ranked);
    }

    private static string? Labeler(Ranking ranking) => ranking.LabelerName ?? ranking.LabelerId?.ToString();
}
