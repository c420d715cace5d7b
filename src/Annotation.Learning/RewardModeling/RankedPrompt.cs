using Annotation.Learning.Text;

namespace Annotation.Learning.RewardModeling;

/// <summary>Completions of one prompt, ranked by one labeler.</summary>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="Completions">What was ranked.</param>
/// <param name="RanksByCriterion">By criterion, the rank of each completion: 1 is best, equal ranks tie, null is not ranked.</param>
public sealed record RankedPrompt(
    IReadOnlyList<Message> Prompt,
    IReadOnlyList<string> Completions,
    IReadOnlyDictionary<string, int?[]> RanksByCriterion
)
{
    /// <summary>Who ranked; needed only to measure how far labelers agree.</summary>
    public string? Labeler { get; init; }

    /// <summary>The model that wrote each completion, null where nobody knows; needed only to measure by model.</summary>
    public IReadOnlyList<string?>? Policies { get; init; }

    /// <summary>The conversation as one text, the same for the same conversation.</summary>
    internal string PromptKey => string.Join('\u0001', Prompt.Select(m => m.Role + '\u0002' + m.Content));
}

/// <summary>A criterion and its weight in the one score that a policy is trained on.</summary>
public sealed record WeightedCriterion(string Key, double Weight);
