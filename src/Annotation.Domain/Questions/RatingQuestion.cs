using System.Text.Json.Serialization;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;

namespace Annotation.Domain.Questions;

/// <summary>Grade each completion from 1, the worst.</summary>
public sealed record RatingQuestion(string Key) : Question(Key)
{
    /// <summary>Key of the criterion that the grades rank on; null when they are kept but rank nothing.</summary>
    public string? Criterion { get; init; }

    /// <summary>The best grade.</summary>
    public int Max { get; init; } = 7;

    /// <summary>What the worst grade is called.</summary>
    public string MinLabel { get; init; } = "";

    /// <summary>What the best grade is called.</summary>
    public string MaxLabel { get; init; } = "";

    [JsonIgnore]
    public override string? RankedCriterion => Criterion;

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is not RatingAnswer { Ratings: { } ratings } ? $"The question '{Key}' asks for grades."
        : CheckKnown(ratings.Keys, completions) is { } unknown ? unknown
        : ratings.Count < completions.Count
            ? $"The grades of '{Key}' leave out {completions.Count - ratings.Count} of the {completions.Count} completions."
        : ratings.Values.Any(r => r < 1 || r > Max) ? $"The grades of '{Key}' must lie between 1 and {Max}."
        : null;

    /// <summary>The same order, best grade first; equal grades are ties.</summary>
    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) =>
        Criterion is not null && answer is RatingAnswer { Ratings: { Count: > 1 } ratings }
            ? Ranks.Dense(ratings.ToDictionary(r => r.Key, r => Max - r.Value))
            : null;

    protected override string? CheckSettings() =>
        Max is < 2 or > 10 ? $"The grades of question '{Key}' end at {Max}; use 2 to 10."
        : MinLabel.Length > 100 || MaxLabel.Length > 100 ? $"The labels of question '{Key}' have at most 100 characters."
        : null;
}

/// <summary>A grade for each completion.</summary>
/// <param name="Ratings">Grade by completion id, 1 = worst.</param>
public sealed record RatingAnswer(IReadOnlyDictionary<Guid, int> Ratings) : AnswerValue;
