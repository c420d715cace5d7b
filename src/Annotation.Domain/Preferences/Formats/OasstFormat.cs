using System.Text.Json;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Open Assistant's conversation trees, one per line. Every prompter message with at least two ranked replies is one
/// ranking over all of them; the file's best rank 0 becomes our 1. Unranked and deleted replies are left out.
/// </summary>
public sealed class OasstFormat : Format, IRankingReader, IPromptReader, IDemonstrationReader
{
    public override string Name => "oasst";

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line) => Rankings(Root(line), []);

    /// <summary>Every point of the tree at which the assistant is to speak.</summary>
    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => Prompts(Root(line), []);

    /// <summary>The path that takes the best reply at every turn: each of its replies is a demonstration.</summary>
    public IEnumerable<DemonstrationContent> ReadDemonstrations(JsonElement line)
    {
        IReadOnlyList<PromptMessage> path = [];
        JsonElement? next = Root(line);
        while (next is { } prompter)
        {
            path = [.. path, Message(prompter)];
            if (Best(Replies(prompter)) is not { } reply)
            {
                yield break;
            }

            yield return new DemonstrationContent(path, Message(reply).Content);
            path = [.. path, Message(reply)];
            next = Best(Replies(reply));
        }
    }

    private static IEnumerable<ReadRanking> Rankings(JsonElement prompter, IReadOnlyList<PromptMessage> before)
    {
        IReadOnlyList<PromptMessage> prompt = [.. before, Message(prompter)];
        var replies = Replies(prompter).ToList();
        var ranked = replies.Where(r => r.Optional("rank") is not null).ToList();
        if (ranked.Count >= 2)
        {
            yield return Ranking(prompt, ranked);
        }

        foreach (var reply in replies)
        {
            foreach (var next in Replies(reply))
            {
                foreach (var deeper in Rankings(next, [.. prompt, Message(reply)]))
                {
                    yield return deeper;
                }
            }
        }
    }

    private static ReadRanking Ranking(IReadOnlyList<PromptMessage> prompt, List<JsonElement> replies)
    {
        var texts = replies.Select(r => Message(r).Content).ToList();
        if (texts.Distinct().Count() < texts.Count)
        {
            throw new ImportFaultException("two ranked replies to one message have the same text");
        }

        var ranks = Ranks.Dense(Enumerable.Range(0, texts.Count).ToDictionary(i => i, i => replies[i].Field("rank").Integer("rank")));
        return new ReadRanking(
            new RankingContent(
                prompt,
                Criterion.Overall,
                [.. texts.Select((t, i) => new RankedCompletion(t, ranks[i], ModelName: Model(replies[i])))]
            )
        );
    }

    private static IEnumerable<IReadOnlyList<PromptMessage>> Prompts(JsonElement prompter, IReadOnlyList<PromptMessage> before)
    {
        IReadOnlyList<PromptMessage> prompt = [.. before, Message(prompter)];
        var deeper =
            from reply in Replies(prompter)
            from next in Replies(reply)
            from found in Prompts(next, [.. prompt, Message(reply)])
            select found;
        return deeper.Prepend(prompt);
    }

    private static JsonElement Root(JsonElement line)
    {
        var root = line.Field("prompt");
        return Message(root).Role == PromptMessage.User
            ? root
            : throw new ImportFaultException("the tree's first message is not the prompter's");
    }

    private static IEnumerable<JsonElement> Replies(JsonElement message) =>
        message.Optional("replies") is { } replies
            ? replies.Elements("replies").Where(r => r.Optional("deleted") is not { ValueKind: JsonValueKind.True })
            : [];

    private static JsonElement? Best(IEnumerable<JsonElement> replies) =>
        replies.OrderBy(r => r.Optional("rank")?.Integer("rank") ?? int.MaxValue).Select(r => (JsonElement?)r).FirstOrDefault();

    private static string? Model(JsonElement message) => message.Optional("model_name")?.Text("model_name");

    private static PromptMessage Message(JsonElement message) =>
        message.Field("role").Text("role") switch
        {
            "prompter" => new PromptMessage(PromptMessage.User, message.Field("text").Text("text")),
            "assistant" => new PromptMessage(PromptMessage.Assistant, message.Field("text").Text("text")),
            var role => throw new ImportFaultException($"field 'role' has the unknown value '{role}'"),
        };
}
