using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Say why, in words, by tags or both.</summary>
public sealed record ReasonQuestion(string Key) : Question(Key)
{
    /// <summary>Tags to choose from.</summary>
    public IReadOnlyList<Choice> Tags { get; init; } = [];

    /// <summary>Fewest characters, without white space at the ends.</summary>
    public int MinLength { get; init; }

    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = 10_000;

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is not ReasonAnswer reason ? $"The question '{Key}' asks for a reason."
        : TextLength.Check(reason.Text ?? "", $"The reason '{Key}'", MinLength, MaxLength) is { } problem ? problem
        : reason.Tags?.FirstOrDefault(t => Tags.All(c => c.Key != t)) is { } odd ? $"The question '{Key}' does not offer the tag '{odd}'."
        : reason.Tags is { } tags && tags.Distinct().Count() < tags.Count ? $"The answer to '{Key}' has the same tag twice."
        : Required && string.IsNullOrWhiteSpace(reason.Text) && reason.Tags is not { Count: > 0 }
            ? $"The question '{Key}' needs a reason" + (Tags.Count > 0 ? " or a tag." : ".")
        : null;

    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) => null;

    protected override string? CheckSettings() => CheckChoices(Tags) ?? TextLength.CheckLimits(Key, MinLength, MaxLength, 0);
}

/// <summary>A reason.</summary>
/// <param name="Text">In words.</param>
/// <param name="Tags">Keys of tags.</param>
public sealed record ReasonAnswer(string Text = "", IReadOnlyList<string>? Tags = null) : AnswerValue;
