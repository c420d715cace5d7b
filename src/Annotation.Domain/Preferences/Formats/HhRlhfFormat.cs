using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// <c>{"chosen": "\n\nHuman: …\n\nAssistant: …", "rejected": "…"}</c>: two dialogues that share all but the last turn.
/// Neighbouring turns of one speaker are joined by a blank line.
/// </summary>
public sealed partial class HhRlhfFormat : Format, IRankingReader, IRankingWriter, IPromptReader
{
    /// <summary>How every dialogue begins.</summary>
    internal const string Start = "\n\nHuman:";

    private const string Human = "Human";
    private const string Assistant = "Assistant";

    public override string Name => "hh-rlhf";

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var chosen = ReadDialogue(line.Field("chosen").Text("chosen"), "chosen");
        var rejected = ReadDialogue(line.Field("rejected").Text("rejected"), "rejected");
        if (!chosen.SkipLast(1).SequenceEqual(rejected.SkipLast(1)))
        {
            throw new ImportFaultException("chosen and rejected differ before the last turn");
        }

        var prompt = RowFields.CheckPrompt(chosen[..^1], "chosen");
        return [RowFields.Pair(prompt, chosen[^1].Content, rejected[^1].Content)];
    }

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) =>
        [RowFields.CheckPrompt(ReadDialogue(line.Field("chosen").Text("chosen"), "chosen")[..^1], "chosen")];

    public IEnumerable<string> WriteRanking(ReadRanking ranking) =>
        RankingPairs
            .Of(ranking.Content)
            .Select(pair =>
                JsonSerializer.Serialize(
                    new
                    {
                        chosen = WriteDialogue(ranking.Content.Prompt, pair.Chosen.Text),
                        rejected = WriteDialogue(ranking.Content.Prompt, pair.Rejected.Text),
                    },
                    JsonLine.Options
                )
            );

    /// <summary>The turns of a dialogue, which ends with the assistant's.</summary>
    internal static List<PromptMessage> ReadDialogue(string dialogue, string field)
    {
        var marks = Mark().Matches(dialogue);
        if (marks.Count == 0 || marks[0].Index != 0)
        {
            throw new ImportFaultException($"field '{field}' does not begin with a blank line and 'Human:'");
        }

        var turns = new List<PromptMessage>();
        for (var i = 0; i < marks.Count; i++)
        {
            var start = marks[i].Index + marks[i].Length;
            var end = i + 1 < marks.Count ? marks[i + 1].Index : dialogue.Length;
            var role = marks[i].Groups["who"].Value == Human ? PromptMessage.User : PromptMessage.Assistant;
            var text = dialogue[start..end];
            if (turns.Count > 0 && turns[^1].Role == role)
            {
                turns[^1] = turns[^1] with { Content = turns[^1].Content + "\n\n" + text };
            }
            else
            {
                turns.Add(new PromptMessage(role, text));
            }
        }

        return turns[^1].Role == PromptMessage.Assistant
            ? turns
            : throw new ImportFaultException($"field '{field}' does not end with the assistant's turn");
    }

    private static string WriteDialogue(IReadOnlyList<PromptMessage> prompt, string completion)
    {
        var dialogue = new StringBuilder();
        foreach (var turn in prompt.Append(new PromptMessage(PromptMessage.Assistant, completion)))
        {
            // The format knows two speakers; a system turn is best said by the human.
            var who = turn.Role == PromptMessage.Assistant ? Assistant : Human;
            dialogue.Append("\n\n").Append(who).Append(": ").Append(turn.Content);
        }

        return dialogue.ToString();
    }

    [GeneratedRegex(@"\n\n(?<who>Human|Assistant): ?")]
    private static partial Regex Mark();
}
