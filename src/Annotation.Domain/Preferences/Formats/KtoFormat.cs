using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Unpaired completions for KTO: <c>{"prompt": [messages], "completion": [message], "label": true}</c>. Of each pair
/// of the overall ranking the better completion is desirable and the worse is not; each is written once per ranking,
/// and one that is better than some and worse than others not at all.
/// </summary>
public sealed class KtoFormat : Format, IRankingWriter
{
    public override string Name => "kto";

    public IEnumerable<string> WriteRanking(ReadRanking ranking)
    {
        var pairs = RankingPairs.Of(ranking.Content).ToList();
        var chosen = pairs.Select(p => p.Chosen.Text).Distinct().ToList();
        var rejected = pairs.Select(p => p.Rejected.Text).Distinct().ToList();
        return
        [
            .. chosen.Except(rejected).Select(text => Line(ranking, text, label: true)),
            .. rejected.Except(chosen).Select(text => Line(ranking, text, label: false)),
        ];
    }

    private static string Line(ReadRanking ranking, string text, bool label) =>
        JsonSerializer.Serialize(
            new
            {
                prompt = ranking.Content.Prompt,
                completion = new[] { new PromptMessage(PromptMessage.Assistant, text) },
                label,
            },
            JsonLine.Options
        );
}
