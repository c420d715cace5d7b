using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Improve one of the completions: the edited text is a demonstration, and better than its original.</summary>
public sealed record EditQuestion(string Key) : Question(Key)
{
    /// <summary>Key of the criterion on which the edited completion beats the original.</summary>
    public string Criterion { get; init; } = Projects.Criterion.Overall;

    /// <summary>Fewest characters of the edited text.</summary>
    public int MinLength { get; init; } = 1;

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is not EditAnswer edit ? $"The question '{Key}' asks for an edited completion."
        : CheckKnown([edit.Of], completions) is { } unknown ? unknown
        : TextLength.Check(edit.Text ?? "", "The edited completion", MinLength, TextLength.Longest) is { } problem ? problem
        : completions.Any(c => c.Text == edit.Text) ? "The edited completion is the same as one that was shown; change it."
        : null;

    /// <summary>Nothing: the comparison is with a completion that was not shown; see <see cref="Write"/>.</summary>
    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) => null;

    public override WrittenText? Write(AnswerValue answer) =>
        answer is EditAnswer edit ? new WrittenText(edit.Text, edit.Of, Criterion) : null;

    protected override string? CheckSettings() => TextLength.CheckLimits(Key, MinLength, TextLength.Longest, 1);
}

/// <summary>A better version of a completion.</summary>
/// <param name="Of">The completion that was edited.</param>
/// <param name="Text">The edited text.</param>
public sealed record EditAnswer(Guid Of, string Text) : AnswerValue;
