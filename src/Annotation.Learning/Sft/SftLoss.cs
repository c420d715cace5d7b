using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Sft;

/// <summary>Cross entropy of the labelled tokens of a batch.</summary>
public static class SftLoss
{
    /// <summary>
    /// Where the labels (B, T) are predicted from: the label at position t by the logits at t - 1. Gives the flat indices
    /// b * T + t - 1 into (B * T) rows and the token ids, both (N) int64; ignored labels (-100) and those of the first
    /// column, which nothing predicts, are left out.
    /// </summary>
    public static (Tensor Positions, Tensor Targets) Predictions(Tensor labels)
    {
        using var scope = NewDisposeScope();
        var shifted = labels.roll(-1, 1).index_fill(1, tensor(new[] { labels.shape[1] - 1 }, device: labels.device), SftRow.IgnoredLabel);
        var flat = shifted.flatten();
        var positions = flat.ne(SftRow.IgnoredLabel).nonzero().squeeze(1);
        return (positions.MoveToOuterDisposeScope(), flat.index_select(0, positions).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Sum of -log p(target) in nats: logits (N, V), targets (N) -> scalar. Divide by the number of targets of the whole optimizer
    /// batch, never by a micro-batch's own, or tokens of short micro-batches weigh more (num_items_in_batch in TRL).
    /// </summary>
    public static Tensor TokenSum(Tensor logits, Tensor targets)
    {
        using var scope = NewDisposeScope();
        return (-LogProbabilities.TokenLogProbabilities(logits, targets).sum()).MoveToOuterDisposeScope();
    }
}
