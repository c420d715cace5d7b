using Annotation.Learning.Sft;
using Annotation.Learning.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Supervised training: loss, rows and packing.</summary>
internal static class SftOps
{
    [GoldenOp("sft_loss")]
    internal static IReadOnlyDictionary<string, object?> Loss(GoldenInputs inputs)
    {
        var (logits, labels) = (inputs.Leaf("logits"), inputs.Ids("labels"));
        var (positions, targets) = SftLoss.Predictions(labels);
        var predicting = logits.flatten(0, 1).index_select(0, positions);
        var count = targets.shape[0];
        var loss = SftLoss.TokenSum(predicting, targets) / count;
        loss.backward();
        var rowMeans = Enumerable
            .Range(0, (int)labels.shape[0])
            .Select(row => (Row: row, Found: SftLoss.Predictions(labels.narrow(0, row, 1))))
            .Where(r => r.Found.Targets.shape[0] > 0)
            .Select(r => SftLoss.TokenSum(logits[r.Row].index_select(0, r.Found.Positions), r.Found.Targets) / r.Found.Targets.shape[0]);
        return new Dictionary<string, object?>
        {
            ["loss"] = loss,
            ["num_tokens"] = count,
            ["loss_seq_mean"] = stack([.. rowMeans]).mean(),
            ["grad_logits"] = logits.grad,
            ["token_accuracy"] = predicting.argmax(-1).eq(targets).to(inputs.Dtype).mean(),
        };
    }

    [GoldenOp("sft_collate")]
    internal static IReadOnlyDictionary<string, object?> Collate(GoldenInputs inputs)
    {
        Assert.True(inputs.Flag("append_eos"), "rows always end with the end token");
        var rows = inputs
            .RaggedCounts("prompts")
            .Zip(inputs.RaggedCounts("completions"), (p, c) => SftRow.Completion(p, c, inputs.Count("eos_id")))
            .ToList();
        Assert.All(rows, r => Assert.True(r.Ids.Length <= inputs.Count("max_length"), "longer rows are left out"));
        var ids = TokenRows.Pad([.. rows.Select(r => r.Ids)], inputs.Device, inputs.Count("pad_id"));
        return new Dictionary<string, object?>
        {
            ["input_ids"] = ids,
            ["attention_mask"] = TokenRows.Mask([.. rows.Select(r => r.Ids.Length)], (int)ids.shape[1], inputs.Device),
            ["labels"] = TokenRows.Pad([.. rows.Select(r => r.Labels)], inputs.Device, SftRow.IgnoredLabel),
            ["flat_input_ids"] = rows.SelectMany(r => r.Ids).ToArray(),
            ["flat_position_ids"] = rows.SelectMany(r => r.Ids.Select((_, i) => i)).ToArray(),
            ["flat_labels"] = rows.SelectMany(r => r.Labels.Select((l, i) => i == 0 ? SftRow.IgnoredLabel : l)).ToArray(),
        };
    }

    [GoldenOp("pack_bfd")]
    internal static IReadOnlyDictionary<string, object?> Pack(GoldenInputs inputs)
    {
        var (lengths, capacity) = (inputs.Counts("lengths"), inputs.Count("seq_length"));
        var bins = BestFitDecreasing.Pack(lengths, capacity);
        var kept = bins.Select(bin => bin.Select(i => Math.Min(lengths[i], capacity)).ToList()).ToList();
        return new Dictionary<string, object?>
        {
            ["bins"] = bins.Select(b => b.ToArray()).ToArray(),
            ["bin_lengths"] = kept.Select(b => b.Sum()).ToArray(),
            ["position_ids"] = kept.Select(b => b.SelectMany(length => Enumerable.Range(0, length)).ToArray()).ToArray(),
        };
    }
}
