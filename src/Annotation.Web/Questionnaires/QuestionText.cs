using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;

namespace Annotation.Web.Questionnaires;

/// <summary>A questionnaire as lines of text, so that two versions can be compared line by line.</summary>
internal static class QuestionText
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What changed from one version to a later one.</summary>
    public static IReadOnlyList<LineChange> Changes(IReadOnlyList<Question> earlier, IReadOnlyList<Question> later) =>
        LineChanges.Between(Of(earlier), Of(later));

    /// <summary>A heading for each question and a line for each of its settings.</summary>
    public static string Of(IReadOnlyList<Question> questions) =>
        string.Join(
            '\n',
            questions.SelectMany(q =>
                Settings(q)
                    .Select(s => $"    {s.Key}: {Value(s.Value)}")
                    .Prepend($"{q.Key} ({QuestionKinds.Of(q).Title.ToLowerInvariant()})")
            )
        );

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Settings(Question question) =>
        JsonSerializer.SerializeToNode(question, Question.Json)!.AsObject().Where(f => f.Key is not ("kind" or "key"));

    private static string Value(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue<string>(out var words) ? words : value?.ToJsonString(Plain) ?? "";
}
