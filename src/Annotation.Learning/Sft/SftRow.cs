using Annotation.Learning.Models;

namespace Annotation.Learning.Sft;

/// <summary>One row of token ids, of which some are targets.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="IsTarget">For each token, whether it is to be predicted from those before it.</param>
public sealed record SftRow(int[] Ids, bool[] IsTarget)
{
    /// <summary>Label of a token that is no target: prompt and padding.</summary>
    public const int IgnoredLabel = -100;

    /// <summary>A row of which the tokens from <paramref name="labelStart"/> on are targets.</summary>
    public SftRow(int[] ids, int labelStart)
        : this(ids, [.. ids.Select((_, i) => i >= labelStart)]) { }

    /// <summary>Number of targets; the first token of a row is never one, because nothing predicts it.</summary>
    public int TargetCount => IsTarget.Skip(1).Count(t => t);

    /// <summary>The ids where they are targets, else <see cref="IgnoredLabel"/>.</summary>
    public int[] Labels => [.. Ids.Zip(IsTarget, (id, target) => target ? id : IgnoredLabel)];

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
    /// The row of a conversation whose every assistant turn, with its end, is a target; null where the template does not write an earlier
    /// turn as its text and an end token.
    /// </summary>
    public static SftRow? Conversation(SftExample example, Pretrained model)
    {
        var row = Of(example, model);
        var targets = row.IsTarget.ToArray();
        for (var turn = 0; turn < example.Prompt.Count; turn++)
        {
            if (example.Prompt[turn].Role != "assistant")
            {
                continue;
            }
            // As if the conversation were to go on here: what follows, up to an end token, is the turn. Templates may trim it.
            var start = model.Template.EncodePrompt([.. example.Prompt.Take(turn)]);
            var end = row.Ids.AsSpan().StartsWith([.. start]) ? Array.FindIndex(row.Ids, start.Count, id => model.EndIds.Contains(id)) : -1;
            if (
                end < 0
                || model.Template.DecodeCompletion(row.Ids.AsSpan(start.Count, end - start.Count)).Trim()
                    != example.Prompt[turn].Content.Trim()
            )
            {
                return null;
            }
            Array.Fill(targets, true, start.Count, end + 1 - start.Count);
        }
        return new(row.Ids, targets);
    }

    /// <summary>The rows that are not the beginning of another one; of equal ones the last.</summary>
    public static IReadOnlyList<SftRow> WithoutBeginnings(IReadOnlyList<SftRow> rows)
    {
        var sorted = Enumerable
            .Range(0, rows.Count)
            .OrderBy(i => rows[i].Ids, Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
            .ToList();
        // In this order a beginning stands directly before something that it begins.
        var beginnings = sorted
            .Zip(sorted.Skip(1))
            .Where(p => rows[p.Second].Ids.AsSpan().StartsWith(rows[p.First].Ids))
            .Select(p => p.First)
            .ToHashSet();
        return [.. rows.Where((_, i) => !beginnings.Contains(i))];
    }

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
