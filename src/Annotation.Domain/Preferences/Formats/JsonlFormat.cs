using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Plain lines. Prompts: <c>{"prompt": "…"}</c> or <c>{"messages": [{"role", "content"}]}</c>. Demonstrations:
/// <c>{"prompt": …, "completion": "…"}</c>, or messages that end with the assistant's.
/// </summary>
public sealed class JsonlFormat : Format, IPromptReader, IDemonstrationReader, IDemonstrationWriter
{
    public override string Name => "jsonl";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) =>
        line.Optional("messages") is { } messages ? [messages.Prompt("messages")] : [line.Field("prompt").Prompt("prompt")];

    public IEnumerable<DemonstrationContent> ReadDemonstrations(JsonElement line) => [TrlFormat.ReadDemonstration(line)];

    public string WriteDemonstration(DemonstrationContent demonstration) =>
        demonstration.Prompt is [{ Role: PromptMessage.User } only]
            ? JsonSerializer.Serialize(new { prompt = only.Content, completion = demonstration.Completion }, JsonLine.Options)
            : JsonSerializer.Serialize(new { prompt = demonstration.Prompt, completion = demonstration.Completion }, JsonLine.Options);
}
