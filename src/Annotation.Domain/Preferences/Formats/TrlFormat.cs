using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// The dataset types of TRL. Preferences: <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, each a text or a list of
/// messages; without <c>prompt</c> it is what chosen and rejected begin with. Demonstrations: <c>prompt</c> and
/// <c>completion</c>, or <c>messages</c>. Prompts: <c>prompt</c>.
/// </summary>
public sealed class TrlFormat : Format, IRankingReader, IRankingWriter, IPromptReader, IDemonstrationReader, IDemonstrationWriter
{
    public override string Name => "trl";

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var (chosen, rejected) = (line.Field("chosen"), line.Field("rejected"));
        if (line.Optional("prompt") is { } field)
        {
            var prompt = field.Prompt("prompt");
            return [RowFields.Pair(prompt, Completion(chosen, prompt, "chosen"), Completion(rejected, prompt, "rejected"))];
        }

        if (chosen.ValueKind == JsonValueKind.String && rejected.ValueKind == JsonValueKind.String)
        {
            // Two whole dialogues are the commonest implicit prompt of all.
            return chosen.Text("chosen").StartsWith(HhRlhfFormat.Start, StringComparison.Ordinal)
                ? new HhRlhfFormat().ReadRankings(line)
                : [SplitTexts(chosen.Text("chosen"), rejected.Text("rejected"))];
        }

        return [SplitMessages(chosen.Messages("chosen"), rejected.Messages("rejected"))];
    }

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [line.Field("prompt").Prompt("prompt")];

    public IEnumerable<DemonstrationContent> ReadDemonstrations(JsonElement line) => [ReadDemonstration(line)];

    public IEnumerable<string> WriteRanking(ReadRanking ranking) =>
        RankingPairs
            .Of(ranking.Content)
            .Select(pair =>
                JsonSerializer.Serialize(
                    new
                    {
                        prompt = ranking.Content.Prompt,
                        chosen = Reply(pair.Chosen.Text),
                        rejected = Reply(pair.Rejected.Text),
                        margin = Margin(ranking),
                    },
                    JsonLine.Options
                )
            );

    public string WriteDemonstration(DemonstrationContent demonstration) =>
        JsonSerializer.Serialize(new { prompt = demonstration.Prompt, completion = Reply(demonstration.Completion) }, JsonLine.Options);

    /// <summary>Prompt and completion, each a text or messages, or one conversation whose last turn is shown.</summary>
    internal static DemonstrationContent ReadDemonstration(JsonElement line)
    {
        if (line.Optional("messages") is { } conversation)
        {
            var messages = conversation.Messages("messages");
            return messages[^1].Role != PromptMessage.Assistant
                    ? throw new ImportFaultException("field 'messages' does not end with an assistant message")
                : string.IsNullOrWhiteSpace(messages[^1].Content)
                    ? throw new ImportFaultException("field 'messages' ends with an empty message")
                : new DemonstrationContent(RowFields.CheckPrompt(messages[..^1], "messages"), messages[^1].Content);
        }

        var prompt = line.Field("prompt").Prompt("prompt");
        var completion = Completion(line.Field("completion"), prompt, "completion");
        return string.IsNullOrWhiteSpace(completion)
            ? throw new ImportFaultException("field 'completion' is empty")
            : new DemonstrationContent(prompt, completion);
    }

    /// <summary>By how many steps the better one is better, where that was asked: the reward trainer's margin.</summary>
    private static int? Margin(ReadRanking ranking) => (ranking.Answer?.Value as Questions.StrengthAnswer)?.Strength;

    private static IReadOnlyList<PromptMessage> Reply(string text) => [new(PromptMessage.Assistant, text)];

    /// <summary>A completion's text, from a text, from one assistant message, or from the conversation with the prompt repeated.</summary>
    private static string Completion(JsonElement value, IReadOnlyList<PromptMessage> prompt, string name)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.Text(name);
        }

        var messages = value.Messages(name);
        var reply =
            messages.Count > prompt.Count && messages.Take(prompt.Count).SequenceEqual(prompt) ? messages[prompt.Count..] : messages;
        return reply is [{ Role: PromptMessage.Assistant } only]
            ? only.Content
            : throw new ImportFaultException($"field '{name}' is not one assistant message after the prompt");
    }

    private static ReadRanking SplitMessages(List<PromptMessage> chosen, List<PromptMessage> rejected) =>
        !chosen.SkipLast(1).SequenceEqual(rejected.SkipLast(1))
            ? throw new ImportFaultException("chosen and rejected differ before the last message, and there is no 'prompt'")
        : chosen[^1].Role != PromptMessage.Assistant || rejected[^1].Role != PromptMessage.Assistant
            ? throw new ImportFaultException("chosen and rejected must end with an assistant message")
        : RowFields.Pair(RowFields.CheckPrompt(chosen[..^1], "chosen"), chosen[^1].Content, rejected[^1].Content);

    private static ReadRanking SplitTexts(string chosen, string rejected)
    {
        if (chosen == rejected)
        {
            throw new ImportFaultException("chosen equals rejected");
        }

        var length = chosen.AsSpan().CommonPrefixLength(rejected);
        // Back to the end of the last word, so that no word is cut in two.
        while (length > 0 && !char.IsWhiteSpace(chosen[length - 1]))
        {
            length--;
        }

        return string.IsNullOrWhiteSpace(chosen[..length])
            ? throw new ImportFaultException("field 'prompt' is missing, and chosen and rejected begin differently")
            : RowFields.Pair(PromptMessage.FromUser(chosen[..length].TrimEnd()), chosen[length..], rejected[length..]);
    }
}
