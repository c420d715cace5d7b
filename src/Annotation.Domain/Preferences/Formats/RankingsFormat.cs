using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Our own lossless lines: <c>{"id", "prompt": [{"role", "content"}], "completions": [{"id", "text", "model"?,
/// "settings"?, "seed"?}], "criterion", "ranks": {COMPLETION: 1…}, "shown": [COMPLETION…]?, "question"?, "answer"?,
/// "labeler"?, "at"?, "activeMilliseconds"?, "guidelineVersion"?, "questionnaireVersion"?, "submission"?, "source"}</c>.
/// Ids are hashes of content, so that they outlive any database; on reading, a completion's id may be any text that is
/// unique in its line, and the line's own id is not needed. A line with a question says all that its answer says; it has
/// ranks only when the answer orders completions, and then those of the answer.
/// </summary>
public sealed partial class RankingsFormat : Format, IRankingReader, IRankingWriter, IPromptReader
{
    public override string Name => "rankings";

    public bool WritesAnswers => true;

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [line.Field("prompt").Prompt("prompt")];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var completions = ReadCompletions(line);
        var shown = ReadShown(line.Optional("shown"), completions);
        foreach (var id in completions.Keys)
        {
            completions[id] = completions[id] with { ShownPosition = shown?.IndexOf(id) is >= 0 and var position ? position : null };
        }

        var row = line.Optional("question") is null ? ReadOrder(line, completions) : ReadAnswered(line, completions);
        yield return row with
        {
            Source = line.Optional("source")?.Text("source"),
            ActiveMilliseconds = line.Optional("activeMilliseconds")?.Integer("activeMilliseconds"),
        };
    }

    public IEnumerable<string> WriteRanking(ReadRanking ranking)
    {
        var (content, answer) = (ranking.Content, ranking.Answer);
        // The order of the text's hash says nothing about rank, origin or the order of insertion.
        var judged = (answer?.Completions.Values ?? content.Items)
            .Select(item => (Id: Convert.ToHexStringLower(PromptText.Hash(item.Text)), Item: item))
            .OrderBy(i => i.Id, StringComparer.Ordinal)
            .ToList();
        var ranks = content.Items.ToDictionary(i => Convert.ToHexStringLower(PromptText.Hash(i.Text)), i => i.Rank);
        var shown = judged.Where(i => i.Item.ShownPosition is not null).OrderBy(i => i.Item.ShownPosition).ToList();
        yield return JsonSerializer.Serialize(
            new
            {
                id = Convert.ToHexStringLower(ranking.Hash()),
                prompt = content.Prompt,
                completions = judged.Select(i => new
                {
                    id = i.Id,
                    text = i.Item.Text,
                    model = i.Item.ModelName,
                    settings = i.Item.SamplingSettings is { } json ? JsonNode.Parse(json) : null,
                    seed = i.Item.Seed,
                }),
                criterion = ranking.Ranks ? content.Criterion : null,
                ranks = ranking.Ranks ? ranks.OrderBy(r => r.Key, StringComparer.Ordinal).ToDictionary() : null,
                shown = shown.Count > 0 ? shown.Select(i => i.Id) : null,
                question = answer is null ? null : WriteQuestion(answer.Question),
                answer = answer is null ? null : AnswerJson.Write(answer.Value, answer.NameOf),
                labeler = content.LabelerName,
                at = content.JudgedAt?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                activeMilliseconds = ranking.ActiveMilliseconds,
                guidelineVersion = answer?.GuidelineVersion,
                questionnaireVersion = answer?.QuestionnaireVersion,
                submission = answer?.Submission,
                source = ranking.Source,
            },
            JsonLine.Options
        );
    }

    /// <summary>A line that says the order and nothing else.</summary>
    private static ReadRanking ReadOrder(JsonElement line, Dictionary<string, RankedCompletion> completions)
    {
        if (completions.Count < 2)
        {
            throw new ImportFaultException("field 'completions' has fewer than two completions");
        }

        var ranks = ReadRanks(line.Field("ranks"), completions);
        var criterion = line.Optional("criterion")?.Text("criterion") ?? Criterion.Overall;
        return KeyPattern().IsMatch(criterion)
            ? new ReadRanking(
                new RankingContent(
                    line.Field("prompt").Prompt("prompt"),
                    criterion,
                    [.. completions.Select(c => c.Value with { Rank = ranks[c.Key] })],
                    ReadLabeler(line),
                    ReadTime(line.Optional("at"))
                )
            )
            : throw new ImportFaultException($"field 'criterion' is '{criterion}'; use lower-case letters, digits and hyphens");
    }

    /// <summary>A line that says what was asked and answered.</summary>
    private static ReadRanking ReadAnswered(JsonElement line, Dictionary<string, RankedCompletion> completions)
    {
        var ids = completions.Keys.Index().ToDictionary(pair => pair.Item, pair => new Guid(pair.Index + 1, 0, 0, new byte[8]));
        Guid Find(string name)
        {
            RequireKnown(name, "answer", completions);
            return ids[name];
        }

        var answer = new ReadAnswer(
            ReadQuestion(line.Field("question")),
            AnswerJson.Read(line.Field("answer"), Find),
            completions.ToDictionary(c => ids[c.Key], c => c.Value)
        )
        {
            GuidelineVersion = line.Optional("guidelineVersion")?.Integer("guidelineVersion"),
            QuestionnaireVersion = line.Optional("questionnaireVersion")?.Integer("questionnaireVersion"),
            Submission = line.Optional("submission")?.Text("submission"),
        };
        var row = ReadRanking.Of(line.Field("prompt").Prompt("prompt"), answer, ReadLabeler(line), ReadTime(line.Optional("at")));
        var said = line.Optional("ranks") is { } ranks
            ? ranks.EnumerateObject().ToDictionary(r => Find(r.Name), r => r.Value.Integer("ranks"))
            : [];
        var meant = row.Content.Items.ToDictionary(i => answer.Completions.Single(c => c.Value.Text == i.Text).Key, i => i.Rank);
        return said.Count == 0 || said.Count == meant.Count && said.All(r => meant.GetValueOrDefault(r.Key) == r.Value)
            ? row
            : throw new ImportFaultException("field 'ranks' says something else than field 'answer'; leave one of them out");
    }

    private static string? ReadLabeler(JsonElement line) => line.Optional("labeler")?.Text("labeler");

    /// <summary>The question without its guideline, which the questionnaire's version names.</summary>
    private static JsonObject WriteQuestion(Question question)
    {
        var fields = JsonSerializer.SerializeToNode(question, Question.Json)!.AsObject();
        fields.Remove("guideline");
        return fields;
    }

    private static Question ReadQuestion(JsonElement field)
    {
        try
        {
            return field.Deserialize<Question>(Question.Json)!;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new ImportFaultException("field 'question' is no question of a known kind");
        }
    }

    private static Dictionary<string, RankedCompletion> ReadCompletions(JsonElement line)
    {
        var completions = new Dictionary<string, RankedCompletion>();
        foreach (var field in line.Field("completions").Elements("completions"))
        {
            var id = field.Field("id").Text("completions.id");
            var completion = new RankedCompletion(
                field.Field("text").Text("completions.text"),
                Rank: 0,
                ShownPosition: null,
                field.Optional("model")?.Text("completions.model"),
                ReadSettings(field.Optional("settings")),
                field.Optional("seed") is { } seed
                    ? seed.ValueKind == JsonValueKind.Number && seed.TryGetInt64(out var number)
                        ? number
                        : throw new ImportFaultException("field 'completions.seed' is not a whole number")
                    : null
            );
            if (!completions.TryAdd(id, completion))
            {
                throw new ImportFaultException($"field 'completions' has the id '{id}' twice");
            }
        }

        return completions.Count == 0 ? throw new ImportFaultException("field 'completions' has no completion")
            : completions.Values.DistinctBy(c => c.Text).Count() < completions.Count
                ? throw new ImportFaultException("field 'completions' has the same text twice")
            : completions;
    }

    private static string? ReadSettings(JsonElement? settings) =>
        settings is null ? null
        : settings.Value.ValueKind == JsonValueKind.Object ? settings.Value.GetRawText()
        : throw new ImportFaultException("field 'completions.settings' is not an object");

    private static IReadOnlyDictionary<string, int> ReadRanks(JsonElement field, Dictionary<string, RankedCompletion> completions)
    {
        if (field.ValueKind != JsonValueKind.Object)
        {
            throw new ImportFaultException("field 'ranks' is not an object of ranks by completion id");
        }

        var ranks = new Dictionary<string, int>();
        foreach (var property in field.EnumerateObject())
        {
            RequireKnown(property.Name, "ranks", completions);
            ranks[property.Name] = property.Value.Integer("ranks");
        }

        if (completions.Keys.FirstOrDefault(id => !ranks.ContainsKey(id)) is { } missing)
        {
            throw new ImportFaultException($"field 'ranks' leaves out the completion '{missing}'");
        }

        return ranks.Values.Any(rank => rank < 1 || rank > ranks.Count) || !ranks.ContainsValue(1)
            ? throw new ImportFaultException($"field 'ranks' must count from 1, the best, to at most {ranks.Count}")
            : Ranks.Dense(ranks);
    }

    private static List<string>? ReadShown(JsonElement? field, Dictionary<string, RankedCompletion> completions)
    {
        if (field is null)
        {
            return null;
        }

        var shown = field.Value.Elements("shown").Select(id => id.Text("shown")).ToList();
        foreach (var id in shown)
        {
            RequireKnown(id, "shown", completions);
        }

        return shown.Distinct().Count() == shown.Count ? shown : throw new ImportFaultException("field 'shown' names a completion twice");
    }

    /// <summary>A judgement about a completion that is not there means that the file was put together wrongly.</summary>
    private static void RequireKnown(string id, string field, Dictionary<string, RankedCompletion> completions)
    {
        if (!completions.ContainsKey(id))
        {
            throw new ImportFaultException($"field '{field}' names the unknown completion id '{id}'", wholeFile: true);
        }
    }

    private static DateTimeOffset? ReadTime(JsonElement? field) =>
        field is null ? null
        : field.Value.ValueKind == JsonValueKind.String && field.Value.TryGetDateTimeOffset(out var at) ? at.CutToMicroseconds()
        : throw new ImportFaultException("field 'at' is not a time such as 2026-01-31T12:00:00Z");

    [GeneratedRegex("^[a-z][a-z0-9-]{0,49}$")]
    private static partial Regex KeyPattern();
}
