using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>Reads the fields of a JSON row; whatever is wrong is said with the field's name.</summary>
internal static class RowFields
{
    private static readonly string[] Roles = [PromptMessage.System, PromptMessage.User, PromptMessage.Assistant];

    /// <summary>The field, or a fault when the row is no object or lacks it.</summary>
    public static JsonElement Field(this JsonElement row, string name) =>
        row.Optional(name) ?? throw new ImportFaultException($"field '{name}' is missing");

    /// <summary>The field, or null when it is missing or null.</summary>
    public static JsonElement? Optional(this JsonElement row, string name) =>
        row.ValueKind != JsonValueKind.Object ? throw new ImportFaultException("the line is not a JSON object")
        : row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value
        : null;

    /// <summary>A text that says something.</summary>
    public static string Text(this JsonElement value, string name)
    {
        var text = value.AnyText(name);
        return string.IsNullOrWhiteSpace(text) ? throw new ImportFaultException($"field '{name}' is empty") : text;
    }

    /// <summary>A text, perhaps empty, that the database can hold.</summary>
    public static string AnyText(this JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new ImportFaultException($"field '{name}' is not a text");
        }

        try
        {
            var text = value.GetString()!;
            return text.Contains('\0') ? throw new ImportFaultException($"field '{name}' contains a null character") : text;
        }
        catch (InvalidOperationException)
        {
            throw new ImportFaultException($"field '{name}' contains half of a surrogate pair");
        }
    }

    /// <summary>A list's elements.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new ImportFaultException($"field '{name}' is not a list");

    /// <summary>A whole number that fits.</summary>
    public static int Integer(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw new ImportFaultException($"field '{name}' is not a whole number");

    /// <summary>A conversation: a list of messages with role and content.</summary>
    public static List<PromptMessage> Messages(this JsonElement value, string name)
    {
        var messages = value
            .Elements(name)
            .Select(message =>
            {
                var role = message.Field("role").Text($"{name}.role");
                return Roles.Contains(role)
                    ? new PromptMessage(role, message.Field("content").AnyText($"{name}.content"))
                    : throw new ImportFaultException($"field '{name}' has the unknown role '{role}'");
            })
            .ToList();
        return messages.Count > 0 ? messages : throw new ImportFaultException($"field '{name}' has no message");
    }

    /// <summary>A prompt: a text, which becomes one user turn, or messages.</summary>
    public static IReadOnlyList<PromptMessage> Prompt(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? PromptMessage.FromUser(value.Text(name)) : CheckPrompt(value.Messages(name), name);

    /// <summary>The conversation if it can be continued by the assistant.</summary>
    public static IReadOnlyList<PromptMessage> CheckPrompt(IReadOnlyList<PromptMessage> messages, string name)
    {
        if (!messages.Any(m => m.Role == PromptMessage.User && !string.IsNullOrWhiteSpace(m.Content)))
        {
            throw new ImportFaultException($"field '{name}' has no user message");
        }

        return messages[^1].Role == PromptMessage.User
            ? messages
            : throw new ImportFaultException($"field '{name}' does not end with a user message");
    }

    /// <summary>Two completions, the first better than the second.</summary>
    public static ReadRanking Pair(IReadOnlyList<PromptMessage> prompt, string chosen, string rejected)
    {
        foreach (var (text, name) in new[] { (chosen, "chosen"), (rejected, "rejected") })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                throw new ImportFaultException($"field '{name}' is empty");
            }
        }

        return chosen == rejected
            ? throw new ImportFaultException("chosen equals rejected")
            : new ReadRanking(new RankingContent(prompt, Projects.Criterion.Overall, [new(chosen, 1), new(rejected, 2)]));
    }
}
