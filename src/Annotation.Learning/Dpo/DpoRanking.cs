using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;

namespace Annotation.Learning.Dpo;

/// <summary>A ranking as DPO learns it: its completions as rows, each encoded once, and its untied pairs (better, worse).</summary>
internal sealed record DpoRanking(IReadOnlyList<SftRow> Rows, IReadOnlyList<(int Better, int Worse)> Pairs)
{
    /// <summary>Log-probability of each completion under the reference, nats.</summary>
    internal double[] Reference { get; init; } = [];

    /// <summary>Tokens of all rows.</summary>
    internal int TokenCount => Rows.Sum(r => r.Ids.Length);

    /// <summary>Encodes a ranking; completions that do not fit are left out and counted.</summary>
    internal static DpoRanking Of(RankedPrompt ranked, string criterion, Pretrained policy, int longest, ref int dropped)
    {
        if (!ranked.RanksByCriterion.TryGetValue(criterion, out var all))
        {
            return new([], []);
        }
        var rows = new List<SftRow>();
        var ranks = new List<int>();
        for (var i = 0; i < ranked.Completions.Count; i++)
        {
            if (all[i] is not { } rank)
            {
                continue;
            }
            var row = SftRow.Of(new SftExample(ranked.Prompt, ranked.Completions[i]), policy);
            if (row.Ids.Length > longest)
            {
                dropped++;
                continue;
            }
            rows.Add(row);
            ranks.Add(rank);
        }
        var pairs =
            from better in Enumerable.Range(0, ranks.Count)
            from worse in Enumerable.Range(0, ranks.Count)
            where ranks[better] < ranks[worse]
            select (better, worse);
        return new(rows, [.. pairs]);
    }
}
