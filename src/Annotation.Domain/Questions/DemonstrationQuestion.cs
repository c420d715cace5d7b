using System.Text.Json.Serialization;
using Annotation.Domain.Labeling;

namespace Annotation.Domain.Questions;

/// <summary>Write the completion that a good assistant would give.</summary>
public sealed record DemonstrationQuestion(string Key = DemonstrationQuestion.UsualKey) : Question(Key)
{
    public const string UsualKey = "demonstration";

    /// <summary>Fewest characters, without white space at the ends.</summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = TextLength.Longest;

    [JsonIgnore]
    public override LabelingTaskKind TaskKind => LabelingTaskKind.Demonstration;

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is TextAnswer text
            ? TextLength.Check(text.Text ?? "", "The demonstration", MinLength, MaxLength)
            : $"The question '{Key}' asks for a text.";

    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) => null;

    public override WrittenText? Write(AnswerValue answer) => answer is TextAnswer text ? new WrittenText(text.Text) : null;

    protected override string? CheckSettings() => TextLength.CheckLimits(Key, MinLength, MaxLength, 1);
}

/// <summary>A written text.</summary>
/// <param name="Text">As typed.</param>
public sealed record TextAnswer(string Text) : AnswerValue;
