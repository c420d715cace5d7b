using System.Text.Json;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// The Tülu human evaluation (open-instruct's <c>human_eval</c>): <c>{"annotation_id", "prompt", "model_a", "model_b",
/// "completion_a", "completion_b", "completion_a_is_acceptable": "yes"|"no", "completion_b_is_acceptable", "preference":
/// "a-is-better"|"a-is-slightly-better"|"tie"|…, "evaluator", "timestamp_excel_days"}</c>. Each row is two answers of one
/// submission: which is better and by how much, and which are not acceptable. A rater's later row about the same pair
/// replaces the earlier one.
/// </summary>
public sealed class TuluFormat : Format, IRankingReader, IPromptReader
{
    private static readonly StrengthQuestion Preference = new(Criterion.Overall)
    {
        Name = "Which completion is better?",
        Steps = ["Slightly better", "Better"],
        AllowIncomparable = false,
    };

    private static readonly FlagsQuestion Acceptability = new("acceptability")
    {
        Name = "Which completions are not acceptable?",
        Choices = [new(FlagsQuestion.Unacceptable, "Not acceptable")],
    };

    // The day from which spreadsheets count.
    private static readonly DateTimeOffset FirstDay = new(1899, 12, 30, 0, 0, 0, TimeSpan.Zero);

    public override string Name => "tulu";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [line.Field("prompt").Prompt("prompt")];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var prompt = line.Field("prompt").Prompt("prompt");
        var pair = new AnsweredPair(Completion(line, "a", position: 0), Completion(line, "b", position: 1));
        var unacceptable = new Dictionary<Guid, IReadOnlyList<string>>();
        foreach (var (side, id) in new[] { ("a", AnsweredPair.First), ("b", AnsweredPair.Second) })
        {
            if (!IsAcceptable(line, $"completion_{side}_is_acceptable"))
            {
                unacceptable[id] = [FlagsQuestion.Unacceptable];
            }
        }

        var preference = ReadPreference(line) with { NoneAcceptable = unacceptable.Count == 2 };
        var evaluator = line.Field("evaluator").Text("evaluator");
        var at = ReadTime(line.Field("timestamp_excel_days"));
        var submission = $"tulu-{line.Field("annotation_id").Integer("annotation_id")}";
        var answers = new[] { pair.Answer(Preference, preference), pair.Answer(Acceptability, new FlagsAnswer(unacceptable)) };
        return answers.Select(a => ReadRanking.Of(prompt, a with { Submission = submission, Replaceable = true }, evaluator, at)).ToList();
    }

    private static RankedCompletion Completion(JsonElement line, string side, int position) =>
        new(
            line.Field($"completion_{side}").Text($"completion_{side}"),
            Rank: 0,
            position,
            line.Optional($"model_{side}")?.Text($"model_{side}")
        );

    private static bool IsAcceptable(JsonElement line, string name) =>
        line.Field(name).Text(name) switch
        {
            "yes" => true,
            "no" => false,
            var other => throw new ImportFaultException($"field '{name}' is '{other}'; it is yes or no"),
        };

    private static StrengthAnswer ReadPreference(JsonElement line) =>
        line.Field("preference").Text("preference") switch
        {
            "a-is-better" => new(AnsweredPair.First, 2),
            "a-is-slightly-better" => new(AnsweredPair.First, 1),
            "tie" => new(null, 0),
            "b-is-slightly-better" => new(AnsweredPair.Second, 1),
            "b-is-better" => new(AnsweredPair.Second, 2),
            var other => throw new ImportFaultException(
                $"field 'preference' is '{other}'; it is tie, or a- or b- with is-slightly-better or is-better"
            ),
        };

    /// <summary>Days since the end of 1899, to the millisecond, which is what the number of days can hold.</summary>
    private static DateTimeOffset ReadTime(JsonElement field) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetDouble(out var days) && days is > 0 and < 100_000
            ? FirstDay.AddMilliseconds(Math.Round(days * 86_400_000)).CutToMicroseconds()
            : throw new ImportFaultException("field 'timestamp_excel_days' is no number of days since 1899-12-30");
}
