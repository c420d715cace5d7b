using System.Text.Json;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// PandaLM's test set: <c>{"cmp_key": "MODEL1_MODEL2", "instruction", "input", "response1", "response2", "annotator1":
/// 0|1|2, "annotator2", "annotator3"}</c>. Each annotator's verdict is one judgement of a pair; 0 is a tie.
/// </summary>
public sealed class PandaLmFormat : Format, IRankingReader, IPromptReader
{
    private static readonly StrengthQuestion Question = new(Criterion.Overall)
    {
        Name = "Which response is better?",
        Steps = ["Better"],
        AllowNoneAcceptable = false,
        AllowIncomparable = false,
    };

    public override string Name => "pandalm";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [AlpacaFormat.Prompt(line)];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var prompt = AlpacaFormat.Prompt(line);
        var (first, second) = Models(line);
        var pair = new AnsweredPair(Response(line, "response1", first), Response(line, "response2", second));
        foreach (var labeler in new[] { "annotator1", "annotator2", "annotator3" })
        {
            var preferred = line.Field(labeler).Integer(labeler) switch
            {
                0 => (Guid?)null,
                1 => AnsweredPair.First,
                2 => AnsweredPair.Second,
                var verdict => throw new ImportFaultException($"field '{labeler}' is {verdict}; it is 0 for a tie, 1 or 2"),
            };
            var answer = pair.Answer(Question, new StrengthAnswer(preferred, preferred is null ? 0 : 1));
            yield return ReadRanking.Of(prompt, answer, labeler, at: null);
        }
    }

    /// <summary>A response; the set's makers let their tools read the texts True and False as truth values.</summary>
    private static RankedCompletion Response(JsonElement line, string name, string? model) =>
        line.Field(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
            ? new RankedCompletion(value.GetBoolean().ToString(), Rank: 0, ModelName: model)
            : new RankedCompletion(line.Field(name).Text(name), Rank: 0, ModelName: model);

    private static (string? First, string? Second) Models(JsonElement line) =>
        line.Optional("cmp_key")?.Text("cmp_key").Split('_') is [var first, var second] ? (first, second) : (null, null);
}
