using System.Text.Json;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// Unpaired completions for KTO: <c>{"prompt": [messages], "completion": [message], "label": true}</c>, each completion of
/// a submission once. What labelers said of a completion by itself counts first: none acceptable, or flagged, is
/// undesirable; not marked unacceptable where that was asked is desirable. For the others the overall ranking decides: the
/// best is desirable and the worst is not; one that is better than some and worse than others is left out.
/// </summary>
public sealed class KtoFormat : Format, IRankingWriter
{
    public override string Name => "kto";

    public bool WritesAnswers => true;

    public IEnumerable<string> WriteRanking(ReadRanking ranking)
    {
        if (!SpeaksForItsSubmission(ranking))
        {
            return [];
        }

        var labels = Compared(ranking.Content);
        foreach (var answer in ranking.Beside.Prepend(ranking.Answer).OfType<ReadAnswer>())
        {
            foreach (var (id, label) in Judged(answer))
            {
                labels[answer.Completions[id].Text] = label;
            }
        }

        return labels
            .OrderByDescending(l => l.Value)
            .ThenBy(l => Convert.ToHexString(PromptText.Hash(l.Key)), StringComparer.Ordinal)
            .Select(l => Line(ranking, l.Key, l.Value));
    }

    /// <summary>The overall ranking does; without one, the answer whose key is first.</summary>
    private static bool SpeaksForItsSubmission(ReadRanking ranking) =>
        ranking.Ranks
            ? ranking.Content.Criterion == Criterion.Overall
            : !ranking.Beside.Any(RanksOverall)
                && ranking.Beside.All(a => string.CompareOrdinal(ranking.Answer!.Question.Key, a.Question.Key) < 0);

    private static bool RanksOverall(ReadAnswer answer) =>
        answer.Question.RankedCriterion == Criterion.Overall
        && answer.Question.Rank(answer.Value, [.. answer.Completions.Keys]) is not null;

    private static Dictionary<string, bool> Compared(RankingContent content)
    {
        var pairs = RankingPairs.Of(content).ToList();
        var chosen = pairs.Select(p => p.Chosen.Text).ToHashSet();
        var rejected = pairs.Select(p => p.Rejected.Text).ToHashSet();
        return content
            .Items.Where(i => chosen.Contains(i.Text) != rejected.Contains(i.Text))
            .ToDictionary(i => i.Text, i => chosen.Contains(i.Text));
    }

    /// <summary>What the answer says of completions by themselves.</summary>
    private static IEnumerable<KeyValuePair<Guid, bool>> Judged(ReadAnswer answer) =>
        answer switch
        {
            { Value: ComparisonAnswer { NoneAcceptable: true } } => answer.Completions.Keys.Select(id => KeyValuePair.Create(id, false)),
            { Value: FlagsAnswer { Flags: var flags }, Question: FlagsQuestion question } => answer
                .Completions.Keys.Select(id => (Id: id, Flagged: flags.TryGetValue(id, out var given) && given.Count > 0))
                .Where(c => c.Flagged || question.Choices.Any(choice => choice.Key == FlagsQuestion.Unacceptable))
                .Select(c => KeyValuePair.Create(c.Id, !c.Flagged)),
            _ => [],
        };

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
