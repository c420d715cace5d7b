using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// OpenRLHF's pairs, to be read with its chat template: <c>{"chosen": [messages], "rejected": [messages]}</c>, whole
/// conversations that differ in the last turn.
/// </summary>
public sealed class OpenRlhfFormat : Format, IRankingWriter
{
    public override string Name => "openrlhf";

    public IEnumerable<string> WriteRanking(ReadRanking ranking) =>
        RankingPairs
            .Of(ranking.Content)
            .Select(pair =>
                JsonSerializer.Serialize(
                    new { chosen = Whole(ranking, pair.Chosen.Text), rejected = Whole(ranking, pair.Rejected.Text) },
                    JsonLine.Options
                )
            );

    private static IEnumerable<PromptMessage> Whole(ReadRanking ranking, string completion) =>
        ranking.Content.Prompt.Append(new PromptMessage(PromptMessage.Assistant, completion));
}
