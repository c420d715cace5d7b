using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>Answers in files: the same JSON as stored, with completions under the names that the file gives them.</summary>
internal static class AnswerJson
{
    /// <summary>Fields that hold something by completion.</summary>
    private static readonly string[] ByCompletion = ["ranks", "ratings", "flags"];

    /// <summary>Fields that name one completion.</summary>
    private static readonly string[] OneCompletion = ["best", "worst", "preferred", "of"];

    /// <summary>The answer, its completions renamed and in the order of their new names.</summary>
    public static JsonObject Write(AnswerValue value, Func<Guid, string> name)
    {
        var fields = JsonSerializer.SerializeToNode(value, AnswerValue.Json)!.AsObject();
        return Rename(fields, id => name(Guid.Parse(id)));
    }

    /// <summary>The answer, its completions renamed to ids.</summary>
    /// <param name="field">The field <c>answer</c> of a line.</param>
    /// <param name="find">The id of a name; throws <see cref="ImportFaultException"/> for an unknown one.</param>
    public static AnswerValue Read(JsonElement field, Func<string, Guid> find)
    {
        try
        {
            var renamed = Rename(JsonObject.Create(field) ?? [], name => find(name).ToString());
            return renamed.Deserialize<AnswerValue>(AnswerValue.Json)!;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new ImportFaultException("field 'answer' is no answer to a question of a known kind");
        }
    }

    /// <summary>The answer about other ids.</summary>
    public static AnswerValue Rename(AnswerValue value, Func<Guid, Guid> rename) =>
        Write(value, id => rename(id).ToString()).Deserialize<AnswerValue>(AnswerValue.Json)!;

    private static JsonObject Rename(JsonObject fields, Func<string, string> rename)
    {
        var renamed = new JsonObject();
        foreach (var (key, value) in fields)
        {
            renamed[key] =
                ByCompletion.Contains(key) && value is JsonObject map
                    ? new JsonObject(
                        map.Select(pair => KeyValuePair.Create(rename(pair.Key), pair.Value?.DeepClone()))
                            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    )
                : OneCompletion.Contains(key) && value is not null ? rename(value.GetValue<string>())
                : value?.DeepClone();
        }

        return renamed;
    }
}
