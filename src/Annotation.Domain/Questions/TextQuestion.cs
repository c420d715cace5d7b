using Annotation.Domain.Prompts;

namespace Annotation.Domain.Questions;

/// <summary>Write the completion that a good assistant would give.</summary>
public sealed record TextQuestion() : Question(DemonstrationKey)
{
    public const string DemonstrationKey = "demonstration";

    /// <summary>Longest text accepted, in characters; far above what anybody types.</summary>
    public const int MaxLength = 100_000;

    public override string? Check(AnswerValue answer, IReadOnlyList<Guid> completionIds) =>
        answer switch
        {
            not TextAnswer => $"The question '{Key}' asks for a text.",
            TextAnswer text when string.IsNullOrWhiteSpace(text.Text) => "The demonstration is empty; write the answer.",
            TextAnswer text when text.Text.Length > MaxLength =>
                $"The demonstration has {text.Text.Length} characters; at most {MaxLength} are accepted.",
            TextAnswer text when !PromptText.IsStorable(text.Text) =>
                "The demonstration contains a null character or half of a surrogate pair.",
            _ => null,
        };

    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer) => null;
}

/// <summary>A written text.</summary>
/// <param name="Text">As typed.</param>
public sealed record TextAnswer(string Text) : AnswerValue;
