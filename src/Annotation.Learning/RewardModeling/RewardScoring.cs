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
        var rows = Rows(batch);
        var groups = LengthBuckets.Split([.. rows.Select(r => r.Length)], tokensPerPass);
        var scores = cat([.. groups.Select(group => Pass(member, rows, group))]);
        var places = new long[rows.Count];
        foreach (var (row, place) in groups.SelectMany(g => g).Select((row, place) => (row, place)))
        {
            places[row] = place;
        }
        return scores.index_select(0, tensor(places, device: scores.device)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Gradients of a loss of all rows' scores (N, C). Rows of more tokens than a pass may have are scored twice: first without gradients,
    /// for the loss and its gradient with respect to the scores, then a group at a time, each with its part of that gradient. So what is
    /// held for gradients is one pass, however many rows a batch has. <paramref name="afterPass"/> is told of each backward pass.
    /// </summary>
    /// <returns>The loss and the scores, both without a graph.</returns>
    internal static (Tensor Loss, Tensor Scores) Backward(
        RewardMember member,
        IReadOnlyList<RankedRows> batch,
        int tokensPerPass,
        Func<Tensor, Tensor> loss,
        Action afterPass
    )
    {
        using var scope = NewDisposeScope();
        var rows = Rows(batch);
        var groups = LengthBuckets.Split([.. rows.Select(r => r.Length)], tokensPerPass);
        var isOnePass = groups.Sum(g => (long)g.Count * g.Max(i => rows[i].Length)) <= tokensPerPass;
        Tensor scores;
        if (isOnePass)
        {
            scores = Raw(member, batch, tokensPerPass);
        }
        else
        {
            using var guard = no_grad();
            scores = Raw(member, batch, tokensPerPass).requires_grad_();
        }
        var value = loss(scores);
        value.backward();
        afterPass();
        foreach (var group in isOnePass ? [] : groups)
        {
            using var pass = NewDisposeScope();
            var part = scores.grad!.index_select(0, tensor(group.Select(i => (long)i).ToArray(), device: scores.device));
            (Pass(member, rows, group) * part).sum().backward();
            afterPass();
        }
        return (value.detach().MoveToOuterDisposeScope(), scores.detach().MoveToOuterDisposeScope());
    }

    private static List<int[]> Rows(IReadOnlyList<RankedRows> batch) => [.. batch.SelectMany(b => b.Rows)];

    // The scores of some rows, (n, C).
    private static Tensor Pass(RewardMember member, List<int[]> rows, IReadOnlyList<int> group)
    {
        using var scope = NewDisposeScope();
        var ids = TokenRows.Pad([.. group.Select(i => rows[i])], member.Trunk.Device);
        var mask = TokenRows.Mask([.. group.Select(i => rows[i].Length)], (int)ids.shape[1], member.Trunk.Device);
        return member.RawScore(ids, mask).MoveToOuterDisposeScope();
    }
}
