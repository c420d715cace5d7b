using Annotation.Learning.Models;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Sft;

/// <summary>
/// The mean loss per target of a batch of rows, computed in passes. Each pass adds its sum over the number of targets of the whole
/// batch, so that a token weighs the same however the rows are grouped.
/// </summary>
/// <param name="model">What predicts.</param>
/// <param name="maxTokensPerPass">Most tokens of a forward pass, pads included.</param>
/// <param name="packedLength">Length of the rows that the batch is packed into; null pads every row.</param>
public sealed class SftBatchLoss(LanguageModel model, int maxTokensPerPass, int? packedLength)
{
    /// <summary>
    /// Adds <paramref name="coefficient"/> times the gradients of the mean loss; gives the loss in nats per target. <paramref name="afterPass"/>
    /// may gather them.
    /// </summary>
    public double Backward(IReadOnlyList<SftRow> rows, double coefficient = 1, Action? afterPass = null) =>
        Sum(
            rows,
            loss =>
            {
                (coefficient == 1 ? loss : loss * coefficient).backward();
                afterPass?.Invoke();
            }
        );

    /// <summary>The mean loss in nats per target.</summary>
    public double Mean(IReadOnlyList<SftRow> rows)
    {
        using var guard = no_grad();
        return Sum(rows, _ => { });
    }

    private double Sum(IReadOnlyList<SftRow> rows, Action<Tensor> take)
    {
        var targets = rows.Sum(r => (double)r.TargetCount);
        var mean = 0.0;
        foreach (var pass in packedLength is { } length ? Packed(rows, length) : Padded(rows))
        {
            using var scope = NewDisposeScope();
            var labels = TokenRows.Pad([.. pass.Select(r => r.Labels)], model.Device, SftRow.IgnoredLabel);
            var (positions, wanted) = SftLoss.Predictions(labels); // (N)
            var hidden = Hidden(pass).flatten(0, 1).index_select(0, positions); // (N, d)
            var loss = SftLoss.TokenSum(model.Logits(hidden), wanted) / targets;
            take(loss);
            mean += loss.to(ScalarType.Float64).item<double>();
        }
        return mean;
    }

    private Tensor Hidden(IReadOnlyList<PackedRow> pass)
    {
        using var scope = NewDisposeScope();
        var ids = TokenRows.Pad([.. pass.Select(r => r.Ids)], model.Device); // (B, W)
        // Behind a causal model, pads on the right are seen by no real token.
        if (packedLength is null)
        {
            return model.Hidden(ids).MoveToOuterDisposeScope();
        }
        var segments = TokenRows.Pad([.. pass.Select(r => r.Segments)], model.Device);
        var places = TokenRows.Pad([.. pass.Select(r => r.Positions)], model.Device);
        return model.Hidden(ids, segments, places).MoveToOuterDisposeScope();
    }

    private IEnumerable<IReadOnlyList<PackedRow>> Padded(IReadOnlyList<SftRow> rows) =>
        LengthBuckets
            .Split([.. rows.Select(r => r.Ids.Length)], maxTokensPerPass)
            .Select(group => group.Select(i => PackedRow.Of([rows[i]])).ToList());

    private IEnumerable<IReadOnlyList<PackedRow>> Packed(IReadOnlyList<SftRow> rows, int length)
    {
        var bins = BestFitDecreasing.Pack([.. rows.Select(r => r.Ids.Length)], length);
        return bins.Select(bin => PackedRow.Of([.. bin.Select(i => rows[i])])).Chunk(Math.Max(1, maxTokensPerPass / length));
    }
}

/// <summary>Rows one behind the other: for each token its row (counted from 1) and its place in it.</summary>
internal sealed record PackedRow(int[] Ids, int[] Labels, int[] Segments, int[] Positions)
{
    /// <summary>Joins rows. The first token of each is no target: it would be predicted from another row.</summary>
    internal static PackedRow Of(IReadOnlyList<SftRow> rows) =>
        new(
            [.. rows.SelectMany(r => r.Ids)],
            [.. rows.SelectMany(r => r.Labels.Select((label, i) => i == 0 ? SftRow.IgnoredLabel : label))],
            [.. rows.SelectMany((r, n) => Enumerable.Repeat(n + 1, r.Ids.Length))],
            [.. rows.SelectMany(r => Enumerable.Range(0, r.Ids.Length))]
        );
}
