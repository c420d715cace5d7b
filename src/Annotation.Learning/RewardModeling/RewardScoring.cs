using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>A member's raw scores of encoded rankings.</summary>
internal static class RewardScoring
{
    /// <summary>(N, C), the rows of all rankings in turn; encoded in groups of like length.</summary>
    internal static Tensor Raw(RewardMember member, IReadOnlyList<RankedRows> batch, int tokensPerPass)
    {
        using var scope = NewDisposeScope();
        var rows = batch.SelectMany(b => b.Rows).ToList();
        var groups = LengthBuckets.Split([.. rows.Select(r => r.Length)], tokensPerPass);
        var parts = groups.Select(group =>
        {
            using var pass = NewDisposeScope();
            var ids = TokenRows.Pad([.. group.Select(i => rows[i])], member.Trunk.Device);
            var mask = TokenRows.Mask([.. group.Select(i => rows[i].Length)], (int)ids.shape[1], member.Trunk.Device);
            return member.RawScore(ids, mask).MoveToOuterDisposeScope();
        });
        var scores = cat([.. parts]);
        var places = new long[rows.Count];
        foreach (var (row, place) in groups.SelectMany(g => g).Select((row, place) => (row, place)))
        {
            places[row] = place;
        }
        return scores.index_select(0, tensor(places, device: scores.device)).MoveToOuterDisposeScope();
    }
}
