using System.Text.Json;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Votes of MT-Bench and of arenas like it: <c>{"judge", "model_a", "model_b", "conversation_a": [{"role", "content"}],
/// "conversation_b", "turn": 1, "winner": "model_a"|"model_b"|"tie"|"tie (inconsistent)"}</c>. The vote is about the
/// assistant's answer in the named turn; a judge who preferred either side by its place calls it a tie, as MT-Bench counts it.
/// </summary>
public sealed class MtBenchFormat : Format, IRankingReader, IPromptReader
{
    private static readonly StrengthQuestion Question = new(Criterion.Overall)
    {
        Name = "Which assistant is better?",
        Steps = ["Better"],
        AllowIncomparable = false,
    };

    public override string Name => "mt-bench";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) =>
        line.Optional("turns") is { } turns
            ? [PromptMessage.FromUser(turns.Elements("turns").First().Text("turns"))]
            : [Conversation(line, "a").Prompt];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var (prompt, first) = Conversation(line, "a");
        var (other, second) = Conversation(line, "b");
        if (!prompt.SequenceEqual(other))
        {
            throw new ImportFaultException("conversation_a and conversation_b differ before the turn that was judged");
        }

        var pair = new AnsweredPair(Completion(line, "a", first, 0), Completion(line, "b", second, 1));
        StrengthAnswer vote = line.Field("winner").Text("winner") switch
        {
            "model_a" => new(AnsweredPair.First, 1),
            "model_b" => new(AnsweredPair.Second, 1),
            "tie" or "tie (inconsistent)" => new(null, 0),
            "tie (bothbad)" => new(null, 0) { NoneAcceptable = true },
            var winner => throw new ImportFaultException($"field 'winner' is '{winner}'; it is model_a, model_b or tie"),
        };
        return [ReadRanking.Of(prompt, pair.Answer(Question, vote), line.Optional("judge")?.Text("judge"), at: null)];
    }

    private static RankedCompletion Completion(JsonElement line, string side, string text, int position) =>
        new(text, Rank: 0, position, line.Field($"model_{side}").Text($"model_{side}"));

    /// <summary>The conversation up to the judged answer, and that answer.</summary>
    private static (IReadOnlyList<PromptMessage> Prompt, string Answer) Conversation(JsonElement line, string side)
    {
        var name = $"conversation_{side}";
        var field =
            line.Optional(name)
            ?? throw new ImportFaultException(
                $"field '{name}' is missing: the vote comes without the texts that it is about; take the rows of mt_bench_human_judgments with their conversations, or pairs with texts as llmbar"
            );
        var turns = field.Messages(name);
        var turn = line.Optional("turn")?.Integer("turn") ?? 1;
        var answers = turns.Index().Where(t => t.Item.Role == PromptMessage.Assistant).Select(t => t.Index).ToList();
        return turn >= 1 && turn <= answers.Count
            ? (RowFields.CheckPrompt(turns[..answers[turn - 1]], name), turns[answers[turn - 1]].Content)
            : throw new ImportFaultException($"field '{name}' has no turn {turn} of the assistant");
    }
}
