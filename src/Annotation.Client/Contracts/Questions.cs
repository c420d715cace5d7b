using System.Text.Json.Serialization;

namespace Annotation.Client.Contracts;

/// <summary>One typed question of a questionnaire; <c>kind</c> says which.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingQuestionRow), "ranking")]
[JsonDerivedType(typeof(BestQuestionRow), "best")]
[JsonDerivedType(typeof(BestWorstQuestionRow), "best-worst")]
[JsonDerivedType(typeof(StrengthQuestionRow), "strength")]
[JsonDerivedType(typeof(RatingQuestionRow), "rating")]
[JsonDerivedType(typeof(FlagsQuestionRow), "flags")]
[JsonDerivedType(typeof(ReasonQuestionRow), "reason")]
[JsonDerivedType(typeof(EditQuestionRow), "edit")]
[JsonDerivedType(typeof(DemonstrationQuestionRow), "demonstration")]
[JsonDerivedType(typeof(DialogueQuestionRow), "dialogue")]
public abstract record QuestionRow
{
    /// <summary>Unique in the questionnaire: lower-case letters, digits and hyphens, beginning with a letter.</summary>
    public required string Key { get; init; }

    /// <summary>What labelers read; empty: the key.</summary>
    public string Name { get; init; } = "";

    /// <summary>What to look at (markdown).</summary>
    public string Guideline { get; init; } = "";

    /// <summary>The guideline as safe HTML; filled in by the server in task views only.</summary>
    public string? GuidelineHtml { get; init; }

    /// <summary>Whether a submit without an answer to it is refused.</summary>
    public bool Required { get; init; } = true;
}

/// <summary>A question whose answer compares the completions of a prompt on one criterion.</summary>
public abstract record ComparisonQuestionRow : QuestionRow
{
    /// <summary>Key of the criterion that the answer ranks on; null: the question's own key.</summary>
    public string? Criterion { get; init; }

    /// <summary>Asked only when there are at least so many completions.</summary>
    public int? MinCompletions { get; init; }

    /// <summary>Asked only when there are at most so many completions.</summary>
    public int? MaxCompletions { get; init; }

    /// <summary>Whether the answer may say that no completion is acceptable.</summary>
    public bool AllowNoneAcceptable { get; init; } = true;

    /// <summary>Whether the answer may say that the completions cannot be compared.</summary>
    public bool AllowIncomparable { get; init; } = true;
}

/// <summary>Order the completions from best to worst; equals may share a rank. Answer: <see cref="RankingValue"/>.</summary>
public sealed record RankingQuestionRow : ComparisonQuestionRow
{
    /// <summary>True: every completion must get a rank. False: at least two.</summary>
    public bool Complete { get; init; } = true;
}

/// <summary>Pick the best completion. Answer: <see cref="BestValue"/>.</summary>
public sealed record BestQuestionRow : ComparisonQuestionRow;

/// <summary>Pick the best and the worst of many. Answer: <see cref="BestWorstValue"/>.</summary>
public sealed record BestWorstQuestionRow : ComparisonQuestionRow;

/// <summary>Which of two is better, and by how much. Answer: <see cref="StrengthValue"/>.</summary>
public sealed record StrengthQuestionRow : ComparisonQuestionRow
{
    /// <summary>What the strengths 1, 2, … are called, the slightest first: 1 to 8 names.</summary>
    public IReadOnlyList<string> Steps { get; init; } = ["Slightly better", "Better", "Much better"];

    /// <summary>Whether both may be equally good (strength 0).</summary>
    public bool AllowTie { get; init; } = true;
}

/// <summary>Grade each completion. Answer: <see cref="RatingValue"/>.</summary>
public sealed record RatingQuestionRow : QuestionRow
{
    /// <summary>Key of the criterion that the grades rank on; null: the grades are kept but rank nothing.</summary>
    public string? Criterion { get; init; }

    /// <summary>The best grade; grades count from 1, the worst.</summary>
    public int Max { get; init; } = 7;

    /// <summary>What the worst grade is called.</summary>
    public string MinLabel { get; init; } = "";

    /// <summary>What the best grade is called.</summary>
    public string MaxLabel { get; init; } = "";
}

/// <summary>Mark what is wrong with each completion. Answer: <see cref="FlagsValue"/>.</summary>
public sealed record FlagsQuestionRow : QuestionRow
{
    /// <summary>The flags to choose from.</summary>
    public IReadOnlyList<ChoiceRow> Choices { get; init; } = [];
}

/// <summary>Something to choose: a flag or a reason tag.</summary>
public sealed record ChoiceRow(string Key, string Name, string Guideline = "");

/// <summary>Say why, in words, by tags or both. Answer: <see cref="ReasonValue"/>.</summary>
public sealed record ReasonQuestionRow : QuestionRow
{
    /// <summary>Tags to choose from.</summary>
    public IReadOnlyList<ChoiceRow> Tags { get; init; } = [];

    /// <summary>Fewest characters of the text, without white space at its ends; 0: tags alone are enough.</summary>
    public int MinLength { get; init; }

    /// <summary>Most characters of the text.</summary>
    public int MaxLength { get; init; } = 10_000;
}

/// <summary>Improve one of the completions: a demonstration and a comparison in one. Answer: <see cref="EditValue"/>.</summary>
public sealed record EditQuestionRow : QuestionRow
{
    /// <summary>Key of the criterion on which the edited completion beats the original.</summary>
    public string Criterion { get; init; } = "overall";

    /// <summary>Fewest characters of the edited text.</summary>
    public int MinLength { get; init; } = 1;
}

/// <summary>Write the completion that a good assistant would give. Answer: <see cref="TextValue"/>.</summary>
public sealed record DemonstrationQuestionRow : QuestionRow
{
    /// <summary>Fewest characters, without white space at the ends.</summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = 100_000;
}

/// <summary>Write a dialogue, both sides or one. Answer: <see cref="DialogueValue"/>.</summary>
public sealed record DialogueQuestionRow : QuestionRow
{
    /// <summary>Fewest turns of the assistant.</summary>
    public int MinAssistantTurns { get; init; } = 1;

    /// <summary>Most turns, of both sides together.</summary>
    public int MaxTurns { get; init; } = 20;

    /// <summary>Fewest characters of each turn.</summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Whether turns may start from a model's suggestion.</summary>
    public bool Suggestions { get; init; } = true;
}

/// <summary>A project's questions at one version; version 0 is made of the criteria until somebody composes one.</summary>
public sealed record QuestionnaireRow(
    int Version,
    IReadOnlyList<QuestionRow> Questions,
    DateTimeOffset? CreatedAt = null,
    string? By = null
);

/// <summary>A saved version of a questionnaire, as listed.</summary>
/// <param name="AnswerCount">How many answers were given to it.</param>
public sealed record QuestionnaireVersionRow(int Version, int QuestionCount, int AnswerCount, DateTimeOffset CreatedAt, string? By);

/// <summary>Makes a new version of the questionnaire.</summary>
/// <param name="Questions">In the order in which they are asked.</param>
/// <param name="BasedOn">The version that was edited; when there is a newer one the request is refused. Null: whatever there is.</param>
public sealed record SaveQuestionnaireRequest(IReadOnlyList<QuestionRow> Questions, int? BasedOn = null);
