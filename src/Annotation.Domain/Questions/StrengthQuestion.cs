using System.Text.Json.Serialization;
using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Which of two completions is better, and by how much.</summary>
public sealed record StrengthQuestion(string Key) : ComparisonQuestion(Key)
{
    /// <summary>What the strengths 1, 2, … are called, the slightest first.</summary>
    public IReadOnlyList<string> Steps { get; init; } = ["Slightly better", "Better", "Much better"];

    /// <summary>Whether both may be equally good.</summary>
    public bool AllowTie { get; init; } = true;

    public override bool Asks(int completionCount) => completionCount == 2 && base.Asks(completionCount);

    protected override string Wanted => "the better completion and how much better it is";

    protected override bool Takes(ComparisonAnswer answer) => answer is StrengthAnswer;

    protected override string? CheckOrder(ComparisonAnswer answer, IReadOnlyList<ShownCompletion> completions) =>
        (StrengthAnswer)answer switch
        {
            { Preferred: null, Strength: null } => $"The question '{Key}' needs the better completion.",
            { Preferred: null, Strength: not 0 } => $"The question '{Key}' has a strength but no better completion.",
            { Preferred: null } => AllowTie ? null : $"The question '{Key}' accepts no tie.",
            { Strength: null or < 1 } tooWeak => $"The strength of '{Key}' is {tooWeak.Strength ?? 0}; it counts from 1.",
            { Strength: var strength } => strength > Steps.Count
                ? $"The strength of '{Key}' is {strength}; at most {Steps.Count} is offered."
                : null,
        };

    protected override IReadOnlyDictionary<Guid, int>? Order(ComparisonAnswer answer, IReadOnlyList<Guid> completionIds) =>
        (StrengthAnswer)answer switch
        {
            { Preferred: { } better } => completionIds.ToDictionary(id => id, id => id == better ? 1 : 2),
            { Strength: 0 } => completionIds.ToDictionary(id => id, _ => 1),
            _ => null,
        };

    protected override string? CheckSettings() =>
        Steps.Count is < 1 or > 8 ? $"The question '{Key}' has {Steps.Count} steps of strength; use 1 to 8."
        : Steps.Any(s => s.Length is 0 or > 100) ? $"Each step of question '{Key}' needs a name of at most 100 characters."
        : base.CheckSettings();
}

/// <summary>The better of two completions and the step by which it is better.</summary>
/// <param name="Preferred">The better one; null for a tie, or when none is acceptable.</param>
/// <param name="Strength">1 = slightest; 0 = tie.</param>
public sealed record StrengthAnswer(Guid? Preferred, int? Strength) : ComparisonAnswer
{
    [JsonIgnore]
    public override bool HasOrder => Preferred is not null || Strength is not null;

    public override IEnumerable<Guid> Named() => Preferred is { } preferred ? [preferred] : [];
}
