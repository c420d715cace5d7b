using System.Text.Json.Serialization;
using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>
/// Compare the completions on one criterion, in whatever way. Common to all ways: the answer may say that none is
/// acceptable (which is not a tie: the order may still be given) or that they cannot be compared.
/// </summary>
public abstract record ComparisonQuestion(string Key) : Question(Key)
{
    /// <summary>Key of the criterion to compare on; null when it is the question's own key.</summary>
    public string? Criterion { get; init; }

    /// <summary>Asked only when there are at least so many completions.</summary>
    public int? MinCompletions { get; init; }

    /// <summary>Asked only when there are at most so many completions.</summary>
    public int? MaxCompletions { get; init; }

    public bool AllowNoneAcceptable { get; init; } = true;

    public bool AllowIncomparable { get; init; } = true;

    [JsonIgnore]
    public override string RankedCriterion => Criterion ?? Key;

    public override bool Asks(int completionCount) =>
        completionCount >= (MinCompletions ?? 2) && completionCount <= (MaxCompletions ?? int.MaxValue);

    public sealed override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is not ComparisonAnswer comparison || !Takes(comparison) ? $"The question '{Key}' asks for {Wanted}."
        : comparison.NoneAcceptable && !AllowNoneAcceptable ? $"The question '{Key}' does not accept 'none acceptable'."
        : comparison.Incomparable && !AllowIncomparable ? $"The question '{Key}' does not accept 'incomparable'."
        : CheckKnown(comparison.Named(), completions) is { } unknown ? unknown
        : comparison.HasOrder || !(comparison.NoneAcceptable || comparison.Incomparable)
            ? comparison.Incomparable ? $"An answer to '{Key}' says either that the completions are incomparable, or how they compare."
                : CheckOrder(comparison, completions)
        : null;

    public sealed override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) =>
        answer is ComparisonAnswer { Incomparable: false } comparison ? Order(comparison, completionIds) : null;

    protected override string? CheckSettings() =>
        MinCompletions < 2 || MaxCompletions < (MinCompletions ?? 2)
            ? $"The question '{Key}' is asked about {MinCompletions ?? 2} to {MaxCompletions} completions; ask about at least 2."
            : null;

    /// <summary>What kind of answer is wanted, for a sentence.</summary>
    protected abstract string Wanted { get; }

    /// <summary>Whether the answer is of this question's kind.</summary>
    protected abstract bool Takes(ComparisonAnswer answer);

    /// <summary>What is wrong with the order that the answer gives.</summary>
    protected abstract string? CheckOrder(ComparisonAnswer answer, IReadOnlyList<ShownCompletion> completions);

    /// <summary>The answer as dense ranks, or null when it gives none.</summary>
    protected abstract IReadOnlyDictionary<Guid, int>? Order(ComparisonAnswer answer, IReadOnlyList<Guid> completionIds);
}

/// <summary>An answer to a comparison.</summary>
public abstract record ComparisonAnswer : AnswerValue
{
    /// <summary>No completion is good enough, whatever their order.</summary>
    public bool NoneAcceptable { get; init; }

    /// <summary>They cannot be compared.</summary>
    public bool Incomparable { get; init; }

    /// <summary>The completions that the answer names.</summary>
    public abstract IEnumerable<Guid> Named();

    /// <summary>Whether the answer says how they compare.</summary>
    [JsonIgnore]
    public virtual bool HasOrder => Named().Any();
}
