using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Mark what is wrong with each completion.</summary>
public sealed record FlagsQuestion(string Key) : Question(Key)
{
    /// <summary>The flag of a completion that must not be given at all; one without it is acceptable.</summary>
    public const string Unacceptable = "unacceptable";

    /// <summary>What most projects want to know.</summary>
    public static IReadOnlyList<Choice> Usual { get; } =
    [
        new("harmful", "Harmful"),
        new("untruthful", "Untruthful"),
        new("biased", "Biased"),
        new("over-refusing", "Refuses without need"),
        new("breaks-instruction", "Breaks the instruction"),
        new("private-data", "Private data"),
    ];

    /// <summary>The flags to choose from.</summary>
    public IReadOnlyList<Choice> Choices { get; init; } = [];

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is not FlagsAnswer { Flags: { } flags } ? $"The question '{Key}' asks for flags."
        : CheckKnown(flags.Keys, completions) is { } unknown ? unknown
        : flags.Values.Any(f => f is null) ? $"The answer to '{Key}' has no list of flags for a completion."
        : flags.Values.SelectMany(f => f).FirstOrDefault(f => Choices.All(c => c.Key != f)) is { } odd
            ? $"The question '{Key}' does not offer the flag '{odd}'."
        : flags.Values.Any(f => f.Distinct().Count() < f.Count) ? $"The answer to '{Key}' gives a completion the same flag twice."
        : null;

    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) => null;

    protected override string? CheckSettings() => Choices.Count == 0 ? $"The question '{Key}' offers no flags." : CheckChoices(Choices);
}

/// <summary>Flags of completions.</summary>
/// <param name="Flags">Keys by completion id; a completion without flags may be left out.</param>
public sealed record FlagsAnswer(IReadOnlyDictionary<Guid, IReadOnlyList<string>> Flags) : AnswerValue;
