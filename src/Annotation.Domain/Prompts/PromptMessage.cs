using System.Text.Json.Serialization;

namespace Annotation.Domain.Prompts;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">The text of the turn.</param>
public sealed record PromptMessage([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] string Content)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    /// <summary>A prompt of one user turn.</summary>
    public static IReadOnlyList<PromptMessage> FromUser(string content) => [new(User, content)];
}
