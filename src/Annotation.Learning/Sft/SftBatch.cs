namespace Annotation.Learning.Sft;

/// <summary>
/// Token rows for supervised training, padded on the right to the longest: ids, mask of real tokens and labels, each (B, W).
/// </summary>
public sealed record SftBatch(int[][] InputIds, int[][] AttentionMask, int[][] Labels)
{
    /// <summary>Label of a token that is no target: prompt and padding.</summary>
    public const int IgnoredLabel = -100;

    /// <summary>Pads rows to the longest of them; pads hold <paramref name="padId"/> and are no targets.</summary>
    public static SftBatch Pad(IReadOnlyList<SftRow> rows, int padId)
    {
        var width = rows.Max(r => r.Ids.Length);
        return new(
            [.. rows.Select(r => Widen(r.Ids, padId))],
            [.. rows.Select(r => Widen([.. r.Ids.Select(_ => 1)], 0))],
            [.. rows.Select(r => Widen([.. r.Ids.Select((id, i) => i < r.LabelStart ? IgnoredLabel : id)], IgnoredLabel))]
        );

        int[] Widen(int[] values, int fill) => [.. values, .. Enumerable.Repeat(fill, width - values.Length)];
    }
}

/// <summary>One row of token ids of which those from <paramref name="LabelStart"/> on are targets.</summary>
public sealed record SftRow(int[] Ids, int LabelStart)
{
    /// <summary>Number of targets; the first token of a row is never one, because nothing predicts it.</summary>
    public int TargetCount => Math.Max(0, Ids.Length - Math.Max(1, LabelStart));

    /// <summary>
    /// Prompt, completion and the end token (unless the completion has it already, without which a model never learns to stop);
    /// the completion and its end are targets. Encoded apart, so that the boundary is the one generation sees.
    /// </summary>
    public static SftRow Completion(IReadOnlyList<int> prompt, IReadOnlyList<int> completion, int eosId) =>
        completion is [.., var last] && last == eosId
            ? new([.. prompt, .. completion], prompt.Count)
            : new([.. prompt, .. completion, eosId], prompt.Count);
}
