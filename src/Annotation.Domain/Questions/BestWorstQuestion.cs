using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Pick the best and the worst of three or more; those between are not told apart.</summary>
public sealed record BestWorstQuestion(string Key) : ComparisonQuestion(Key)
{
    public override bool Asks(int completionCount) => completionCount > 2 && base.Asks(completionCount);

    protected override string Wanted => "the best and the worst completion";

    protected override bool Takes(ComparisonAnswer answer) => answer is BestWorstAnswer;

    protected override string? CheckOrder(ComparisonAnswer answer, IReadOnlyList<ShownCompletion> completions) =>
        answer switch
        {
            BestWorstAnswer { Best: null } => $"The question '{Key}' needs the best completion.",
            BestWorstAnswer { Worst: null } => $"The question '{Key}' needs the worst completion.",
            BestWorstAnswer both when both.Best == both.Worst => $"In '{Key}' the best and the worst completion are the same.",
            _ => null,
        };

    protected override IReadOnlyDictionary<Guid, int>? Order(ComparisonAnswer answer, IReadOnlyList<Guid> completionIds) =>
        answer is BestWorstAnswer { Best: { } best, Worst: { } worst }
            ? completionIds.ToDictionary(
                id => id,
                id =>
                    id == best ? 1
                    : id == worst ? 3
                    : 2
            )
            : null;
}

/// <summary>The best and the worst completion.</summary>
/// <param name="Best">Its id; null when none is acceptable or they are incomparable.</param>
/// <param name="Worst">Likewise.</param>
public sealed record BestWorstAnswer(Guid? Best, Guid? Worst) : ComparisonAnswer
{
    public override IEnumerable<Guid> Named() => new[] { Best, Worst }.OfType<Guid>();
}
