using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Client.Contracts;
using Annotation.Domain.Questions;

namespace Annotation.Web.Labeling;

/// <summary>
/// Questions and answers on the wire and in the domain have the same JSON, kind by kind, so they are turned into each
/// other through it; a test holds the two lists of kinds together.
/// </summary>
internal static class WireJson
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    /// <summary>An answer as the domain knows it.</summary>
    /// <exception cref="BadHttpRequestException">Something in it is null that must not be.</exception>
    public static AnswerValue ToDomain(this AnswerValueRow? row) => Read<AnswerValue>(Write(row), AnswerValue.Json);

    /// <summary>An answer as clients know it.</summary>
    public static AnswerValueRow ToWire(this AnswerValue answer) =>
        JsonSerializer.SerializeToNode(answer, AnswerValue.Json).Deserialize<AnswerValueRow>(Wire)!;

    /// <summary>A question as the domain knows it.</summary>
    /// <exception cref="BadHttpRequestException">Something in it is null that must not be.</exception>
    public static Question ToDomain(this QuestionRow? row) => Read<Question>(Write(row), Question.Json);

    /// <summary>A question as clients know it.</summary>
    public static QuestionRow ToWire(this Question question) =>
        JsonSerializer.SerializeToNode(question, Question.Json).Deserialize<QuestionRow>(Wire)!;

    private static JsonNode Write<T>(T row) =>
        JsonSerializer.SerializeToNode(row, Wire) is { } node && !HoldsNull(node)
            ? node
            : throw new BadHttpRequestException("A question, an answer or an element of a list is null.");

    private static T Read<T>(JsonNode node, JsonSerializerOptions options)
    {
        try
        {
            return node.Deserialize<T>(options)!;
        }
        catch (JsonException failure)
        {
            throw new BadHttpRequestException($"A question or an answer is not complete: {failure.Message}");
        }
    }

    /// <summary>Whether a list has a null in it; fields may be null where their type says so.</summary>
    private static bool HoldsNull(JsonNode? node) =>
        node switch
        {
            JsonArray list => list.Any(element => element is null || HoldsNull(element)),
            JsonObject fields => fields.Any(field => HoldsNull(field.Value)),
            _ => false,
        };
}
