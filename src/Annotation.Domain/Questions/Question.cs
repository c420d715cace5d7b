using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>What is asked about a prompt or its completions. Questions are data: they are stored as JSON by kind.</summary>
/// <param name="Key">Identifies the question within its questionnaire.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingQuestion), "ranking")]
[JsonDerivedType(typeof(BestQuestion), "best")]
[JsonDerivedType(typeof(BestWorstQuestion), "best-worst")]
[JsonDerivedType(typeof(StrengthQuestion), "strength")]
[JsonDerivedType(typeof(RatingQuestion), "rating")]
[JsonDerivedType(typeof(FlagsQuestion), "flags")]
[JsonDerivedType(typeof(ReasonQuestion), "reason")]
[JsonDerivedType(typeof(EditQuestion), "edit")]
[JsonDerivedType(typeof(DemonstrationQuestion), "demonstration")]
[JsonDerivedType(typeof(DialogueQuestion), "dialogue")]
public abstract partial record Question(string Key)
{
    /// <summary>Reads and writes stored questions; jsonb does not keep key order, so the kind may stand anywhere.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };

    /// <summary>What labelers read.</summary>
    public string Name { get; init; } = "";

    /// <summary>What to look at (markdown).</summary>
    public string Guideline { get; init; } = "";

    /// <summary>Whether a submission without an answer to it is refused.</summary>
    public bool Required { get; init; } = true;

    /// <summary>The kind of task that asks it.</summary>
    [JsonIgnore]
    public virtual LabelingTaskKind TaskKind => LabelingTaskKind.Ranking;

    /// <summary>Key of the criterion that its ranking counts for; null when it ranks nothing.</summary>
    [JsonIgnore]
    public virtual string? RankedCriterion => null;

    /// <summary>Whether it is asked about so many completions.</summary>
    public virtual bool Asks(int completionCount) => true;

    /// <summary>Says in one sentence what is wrong with the question itself, or null.</summary>
    public string? CheckQuestion() =>
        !KeyPattern().IsMatch(Key)
            ? $"'{Key}' is no question key; use 1 to 50 lower-case letters, digits and hyphens, beginning with a letter."
        : Name.Length > 200 ? $"The name of question '{Key}' has more than 200 characters."
        : Guideline.Length > 20_000 ? $"The guideline of question '{Key}' has more than 20000 characters."
        : CheckSettings();

    /// <summary>Says in one sentence what is wrong with an answer, or null when it is acceptable.</summary>
    /// <param name="answer">The answer as it came in.</param>
    /// <param name="completions">The completions that were to be judged.</param>
    public abstract string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions);

    /// <summary>
    /// The answer as ranks by completion (1 = best, ties share a rank, no rank left out), or null when this answer
    /// orders nothing. Completions may be left out. Only called with an answer that passed <see cref="Check"/>.
    /// </summary>
    /// <param name="answer">A checked answer.</param>
    /// <param name="completionIds">The completions that were judged; picking the best says something about the others.</param>
    public abstract IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds);

    /// <summary>The text that an answer shows as an example to follow, or null. Only called after <see cref="Check"/>.</summary>
    public virtual WrittenText? Write(AnswerValue answer) => null;

    /// <summary>What is wrong with the settings of this kind of question.</summary>
    protected virtual string? CheckSettings() => null;

    /// <summary>Says what is wrong with choices that an engineer offers.</summary>
    protected string? CheckChoices(IReadOnlyList<Choice> choices) =>
        choices.Count > 50 ? $"The question '{Key}' offers more than 50 choices."
        : choices.FirstOrDefault(c => !KeyPattern().IsMatch(c.Key)) is { } odd
            ? $"'{odd.Key}' is no key of a choice; use 1 to 50 lower-case letters, digits and hyphens, beginning with a letter."
        : choices.DistinctBy(c => c.Key).Count() < choices.Count ? $"The question '{Key}' offers a choice twice."
        : choices.Any(c => c.Name.Length is 0 or > 200) ? $"Each choice of question '{Key}' needs a name of at most 200 characters."
        : null;

    /// <summary>Says that a completion is none of the task's, or null.</summary>
    protected static string? CheckKnown(IEnumerable<Guid> ids, IReadOnlyList<ShownCompletion> completions) =>
        ids.Where(id => completions.All(c => c.Id != id)).Select(id => $"Completion {id} does not belong to this task.").FirstOrDefault();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,49}$")]
    private static partial Regex KeyPattern();
}

/// <summary>Something to choose from: a flag, a reason tag.</summary>
/// <param name="Key">What is stored.</param>
/// <param name="Name">What labelers read.</param>
/// <param name="Guideline">When to choose it.</param>
public sealed record Choice(string Key, string Name, string Guideline = "");

/// <summary>A text that a labeler wrote as an example to follow.</summary>
/// <param name="Text">The text.</param>
/// <param name="BetterThan">The completion that it improves, when it is an edit.</param>
/// <param name="Criterion">Key of the criterion on which it does.</param>
public sealed record WrittenText(string Text, Guid? BetterThan = null, string? Criterion = null);
