using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Pick the best of the completions; the others are not told apart.</summary>
public sealed record BestQuestion(string Key) : ComparisonQuestion(Key)
{
    protected override string Wanted => "the best completion";

    protected override bool Takes(ComparisonAnswer answer) => answer is BestAnswer;

    protected override string? CheckOrder(ComparisonAnswer answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is BestAnswer { Best: null } ? $"The question '{Key}' needs the best completion." : null;

    protected override IReadOnlyDictionary<Guid, int>? Order(ComparisonAnswer answer, IReadOnlyList<Guid> completionIds) =>
        answer is BestAnswer { Best: { } best } ? completionIds.ToDictionary(id => id, id => id == best ? 1 : 2) : null;
}

/// <summary>The best completion.</summary>
/// <param name="Best">Its id; null when none is acceptable or they are incomparable.</param>
public sealed record BestAnswer(Guid? Best) : ComparisonAnswer
{
    public override IEnumerable<Guid> Named() => Best is { } best ? [best] : [];
}
