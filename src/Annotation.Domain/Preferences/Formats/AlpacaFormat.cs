using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Stanford Alpaca's instructions: <c>{"instruction", "input", "output"}</c>. The input, which may be empty, follows the
/// instruction after a blank line.
/// </summary>
public sealed class AlpacaFormat : Format, IPromptReader, IDemonstrationReader
{
    public override string Name => "alpaca";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [Prompt(line)];

    public IEnumerable<DemonstrationContent> ReadDemonstrations(JsonElement line) =>
        [new DemonstrationContent(Prompt(line), line.Field("output").Text("output"))];

    /// <summary>Instruction and input as one user turn.</summary>
    internal static IReadOnlyList<PromptMessage> Prompt(JsonElement line)
    {
        var parts = new[] { line.Field("instruction").AnyText("instruction"), line.Optional("input")?.AnyText("input") ?? "" }
            .Where(part => !string.IsNullOrWhiteSpace(part))
            .ToList();
        return parts.Count > 0
            ? PromptMessage.FromUser(string.Join("\n\n", parts))
            : throw new ImportFaultException("fields 'instruction' and 'input' are empty");
    }
}
