using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// LLMBar's pairs, which also hold the pairs with texts of MT-Bench: <c>{"input", "output_1", "output_2", "label":
/// 1|2}</c>, the label naming the better output.
/// </summary>
public sealed class LlmBarFormat : Format, IRankingReader, IPromptReader
{
    public override string Name => "llmbar";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [line.Field("input").Prompt("input")];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var prompt = line.Field("input").Prompt("input");
        var (first, second) = (line.Field("output_1").Text("output_1"), line.Field("output_2").Text("output_2"));
        return line.Field("label").Integer("label") switch
        {
            1 => [RowFields.Pair(prompt, first, second)],
            2 => [RowFields.Pair(prompt, second, first)],
            var label => throw new ImportFaultException($"field 'label' is {label}; it is 1 or 2"),
        };
    }
}
