using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// The completions of one ranked prompt as token rows, their ranks ([completion][criterion], 0 where not ranked), and which of the
/// ranking's completions they are.
/// </summary>
internal sealed record RankedRows(RankedPrompt Source, int[][] Rows, int[][] Ranks, int[] Places)
{
    /// <summary>
    /// Encodes a ranking, long conversations without their beginning; completions that do not fit <paramref name="longest"/> tokens
    /// or are ranked on no criterion are left out, the former counted in <paramref name="dropped"/>.
    /// </summary>
    internal static RankedRows Encode(RankedPrompt ranked, RewardModel model, int longest, ref int dropped)
    {
        var prompt = model.Template.EncodePrompt(ranked.Prompt);
        var rows = new List<int[]>();
        var ranks = new List<int[]>();
        var places = new List<int>();
        for (var i = 0; i < ranked.Completions.Count; i++)
        {
            int[] row = [.. model.Criteria.Select(c => ranked.RanksByCriterion.TryGetValue(c.Key, out var all) ? all[i] ?? 0 : 0)];
            if (row.All(r => r == 0))
            {
                continue;
            }
            if (model.RowWithin(longest, prompt, model.Template.EncodeCompletion(ranked.Completions[i])) is not { } ids)
            {
                dropped++;
                continue;
            }
            rows.Add(ids);
            ranks.Add(row);
            places.Add(i);
        }
        return new(ranked, [.. rows], [.. ranks], [.. places]);
    }

    /// <summary>Whether any criterion has two completions of different rank, or of any rank when ties count.</summary>
    internal bool HasPair(bool tiesCount) =>
        Rows.Length > 1
        && Enumerable
            .Range(0, Ranks[0].Length)
            .Any(c =>
            {
                var ranked = Ranks.Select(r => r[c]).Where(r => r > 0).ToList();
                return ranked.Count > 1 && (tiesCount || ranked.Distinct().Count() > 1);
            });

    /// <summary>Numbers of pairs over all criteria, all and tied.</summary>
    internal (int All, int Tied) CountPairs()
    {
        var (all, tied) = (0, 0);
        for (var c = 0; c < (Ranks.Length == 0 ? 0 : Ranks[0].Length); c++)
        {
            var ranked = Ranks.Select(r => r[c]).Where(r => r > 0).ToList();
            all += ranked.Count * (ranked.Count - 1) / 2;
            tied += ranked.GroupBy(r => r).Sum(g => g.Count() * (g.Count() - 1) / 2);
        }
        return (all, tied);
    }

    /// <summary>Ranks of a batch as (P * C, K), K the most completions; 0 where there is none.</summary>
    internal static Tensor RankTensor(IReadOnlyList<RankedRows> batch, Device device)
    {
        var (criteria, most) = (batch[0].Ranks[0].Length, batch.Max(b => b.Rows.Length));
        var flat = new long[batch.Count * criteria * most];
        for (var p = 0; p < batch.Count; p++)
        {
            for (var k = 0; k < batch[p].Rows.Length; k++)
            {
                for (var c = 0; c < criteria; c++)
                {
                    flat[(p * criteria + c) * most + k] = batch[p].Ranks[k][c];
                }
            }
        }
        return tensor(flat, [batch.Count * criteria, most], device: device);
    }

    /// <summary>Row scores (N, C), the rows of all prompts of a batch in turn, as (P * C, K).</summary>
    internal static Tensor Arrange(Tensor scores, IReadOnlyList<RankedRows> batch)
    {
        using var scope = NewDisposeScope();
        var most = batch.Max(b => b.Rows.Length);
        var slots = new long[batch.Count * most]; // a slot without a completion points at row 0 and has rank 0
        var next = 0;
        for (var p = 0; p < batch.Count; p++)
        {
            for (var k = 0; k < batch[p].Rows.Length; k++)
            {
                slots[p * most + k] = next++;
            }
        }
        var placed = scores.index_select(0, tensor(slots, device: scores.device)).view(batch.Count, most, -1);
        return placed.permute(0, 2, 1).reshape(-1, most).MoveToOuterDisposeScope();
    }
}
