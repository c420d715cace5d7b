using System.Text.Json.Serialization;

namespace Annotation.Client.Contracts;

/// <summary>A labeler's value for one question; <c>kind</c> says which.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingValue), "ranking")]
[JsonDerivedType(typeof(BestValue), "best")]
[JsonDerivedType(typeof(BestWorstValue), "best-worst")]
[JsonDerivedType(typeof(StrengthValue), "strength")]
[JsonDerivedType(typeof(RatingValue), "rating")]
[JsonDerivedType(typeof(FlagsValue), "flags")]
[JsonDerivedType(typeof(ReasonValue), "reason")]
[JsonDerivedType(typeof(EditValue), "edit")]
[JsonDerivedType(typeof(TextValue), "text")]
[JsonDerivedType(typeof(DialogueValue), "dialogue")]
public abstract record AnswerValueRow;

/// <summary>The answer to a comparison question.</summary>
public abstract record ComparisonValue : AnswerValueRow
{
    /// <summary>No completion is acceptable, whatever their order; the order may then be left out.</summary>
    public bool NoneAcceptable { get; init; }

    /// <summary>The completions cannot be compared; nothing else is answered then.</summary>
    public bool Incomparable { get; init; }
}

/// <summary>Ranks by completion id: 1 is best, equal ranks are ties.</summary>
public sealed record RankingValue(IReadOnlyDictionary<Guid, int> Ranks) : ComparisonValue;

/// <summary>The best completion.</summary>
public sealed record BestValue(Guid? Best = null) : ComparisonValue;

/// <summary>The best and the worst completion.</summary>
public sealed record BestWorstValue(Guid? Best = null, Guid? Worst = null) : ComparisonValue;

/// <summary>The better of two and by how many steps; strength 0 without a preferred one is a tie.</summary>
public sealed record StrengthValue(Guid? Preferred = null, int? Strength = null) : ComparisonValue;

/// <summary>Grades by completion id: 1 is worst.</summary>
public sealed record RatingValue(IReadOnlyDictionary<Guid, int> Ratings) : AnswerValueRow;

/// <summary>Keys of flags by completion id; a completion that is left out has none.</summary>
public sealed record FlagsValue(IReadOnlyDictionary<Guid, IReadOnlyList<string>> Flags) : AnswerValueRow;

/// <summary>A reason in words and the keys of tags.</summary>
public sealed record ReasonValue(string Text = "", IReadOnlyList<string>? Tags = null) : AnswerValueRow;

/// <summary>A better version of one of the completions.</summary>
public sealed record EditValue(Guid Of, string Text) : AnswerValueRow;

/// <summary>A written text (a demonstration).</summary>
public sealed record TextValue(string Text) : AnswerValueRow;

/// <summary>The turns that were written, in order; where two people take a side each, empty: their turns are stored already.</summary>
public sealed record DialogueValue(IReadOnlyList<DialogueTurnRow> Turns) : AnswerValueRow;

/// <summary>One written turn.</summary>
/// <param name="Role">user or assistant.</param>
/// <param name="Text">As typed.</param>
/// <param name="Suggestion">Id of the model's suggestion that it started from.</param>
public sealed record DialogueTurnRow(string Role, string Text, Guid? Suggestion = null);
