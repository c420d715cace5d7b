using Annotation.Learning.Models;

namespace Annotation.Learning.Sft;

/// <summary>One row of token ids of which those from <paramref name="LabelStart"/> on are targets.</summary>
public sealed record SftRow(int[] Ids, int LabelStart)
{
    /// <summary>Label of a token that is no target: prompt and padding.</summary>
    public const int IgnoredLabel = -100;

    /// <summary>Number of targets; the first token of a row is never one, because nothing predicts it.</summary>
    public int TargetCount => Math.Max(0, Ids.Length - Math.Max(1, LabelStart));

    /// <summary>The ids where they are targets, else <see cref="IgnoredLabel"/>.</summary>
    public int[] Labels => [.. Ids.Select((id, i) => i < LabelStart ? IgnoredLabel : id)];

    /// <summary>
    /// Prompt, completion and the end token (unless the completion has it already; without it a model never learns to stop).
    /// Completion and end are targets. Encoded apart, so that the boundary is the one generation sees.
    /// </summary>
    public static SftRow Completion(IReadOnlyList<int> prompt, IReadOnlyList<int> completion, int eosId) =>
        completion is [.., var last] && last == eosId
            ? new([.. prompt, .. completion], prompt.Count)
            : new([.. prompt, .. completion, eosId], prompt.Count);

    /// <summary>The row of a demonstration.</summary>
    public static SftRow Of(SftExample example, Pretrained model) =>
        Completion(model.Template.EncodePrompt(example.Prompt), model.Template.EncodeCompletion(example.Completion), model.Tokenizer.EosId);

    /// <summary>
    /// Rows of at most <paramref name="capacity"/> tokens that hold whole plain texts, each between the ids that begin and end a
    /// document; every token is a target. Longer texts are cut into pieces.
    /// </summary>
    public static IReadOnlyList<SftRow> Pack(IEnumerable<string> texts, Pretrained model, int capacity)
    {
        var tokenizer = model.Tokenizer;
        return Pack(texts.Select(text => (int[])[tokenizer.BosId, .. tokenizer.Encode(text), tokenizer.EosId]), capacity);
    }

    /// <summary>Like <see cref="Pack(IEnumerable{string}, Pretrained, int)"/>, of whole conversations: what users say is a target too.</summary>
    public static IReadOnlyList<SftRow> Pack(IEnumerable<SftExample> conversations, Pretrained model, int capacity) =>
        Pack(conversations.Select(conversation => Of(conversation, model).Ids), capacity);

    private static IReadOnlyList<SftRow> Pack(IEnumerable<int[]> documents, int capacity)
    {
        var pieces = documents.SelectMany(ids => ids.Chunk(capacity)).ToList();
        var bins = BestFitDecreasing.Pack([.. pieces.Select(p => p.Length)], capacity);
        return [.. bins.Select(bin => new SftRow([.. bin.SelectMany(i => pieces[i])], 0))];
    }
}
