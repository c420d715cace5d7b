using System.Text.Json.Serialization;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Questions;

/// <summary>Go on with a conversation for some turns, as the user and as the assistant.</summary>
public sealed record DialogueQuestion(string Key = DialogueQuestion.UsualKey) : Question(Key)
{
    public const string UsualKey = "dialogue";

    /// <summary>Fewest turns of the assistant.</summary>
    public int MinAssistantTurns { get; init; } = 1;

    /// <summary>Most turns, of both sides together.</summary>
    public int MaxTurns { get; init; } = 20;

    /// <summary>Fewest characters of each turn.</summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Whether turns may start from a model's suggestion.</summary>
    public bool Suggestions { get; init; } = true;

    [JsonIgnore]
    public override LabelingTaskKind TaskKind => LabelingTaskKind.Dialogue;

    public override string? Check(AnswerValue answer, IReadOnlyList<ShownCompletion> completions) =>
        answer is DialogueAnswer { Turns: { } turns } ? CheckTurns(turns) : $"The question '{Key}' asks for a dialogue.";

    /// <summary>Says what is wrong with the turns of a whole dialogue after the prompt, or null.</summary>
    public string? CheckTurns(IReadOnlyList<WrittenTurn> turns)
    {
        if (turns.Count > MaxTurns)
        {
            return $"The dialogue has {turns.Count} turns; at most {MaxTurns} are accepted.";
        }

        for (var i = 0; i < turns.Count; i++)
        {
            // The prompt ends with the user's turn.
            var role = RoleAt(i);
            if (turns[i].Role != role)
            {
                return $"Turn {i + 1} of the dialogue must be the {role}'s; the sides take turns.";
            }

            if (TextLength.Check(turns[i].Text ?? "", $"Turn {i + 1} of the dialogue", MinLength, TextLength.Longest) is { } problem)
            {
                return problem;
            }
        }

        var written = turns.Count(t => t.Role == PromptMessage.Assistant);
        return written < MinAssistantTurns ? $"The dialogue has {written} of at least {MinAssistantTurns} turns of the assistant."
            : turns[^1].Role != PromptMessage.Assistant ? "The dialogue ends with the user's turn; let the assistant answer, or remove it."
            : null;
    }

    /// <summary>Whose turn comes after so many turns.</summary>
    public static string RoleAt(int turnCount) => turnCount % 2 == 0 ? PromptMessage.Assistant : PromptMessage.User;

    public override IReadOnlyDictionary<Guid, int>? Rank(AnswerValue answer, IReadOnlyList<Guid> completionIds) => null;

    protected override string? CheckSettings() =>
        MaxTurns is < 1 or > 100 ? $"The question '{Key}' asks for at most {MaxTurns} turns; use 1 to 100."
        : MinAssistantTurns < 1 || MinAssistantTurns > (MaxTurns + 1) / 2
            ? $"The question '{Key}' asks for at least {MinAssistantTurns} turns of the assistant, which {MaxTurns} turns do not hold."
        : TextLength.CheckLimits(Key, MinLength, TextLength.Longest, 1);
}

/// <summary>The turns of a dialogue after its prompt, each with its author and origin.</summary>
public sealed record DialogueAnswer(IReadOnlyList<WrittenTurn> Turns) : AnswerValue;

/// <summary>One turn that a person wrote.</summary>
/// <param name="Role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">As typed.</param>
/// <param name="Suggestion">The model's suggestion that it started from.</param>
/// <param name="PersonId">Who wrote it; filled in when stored.</param>
/// <param name="Origin">How it came about; filled in when stored.</param>
public sealed record WrittenTurn(
    string Role,
    string Text,
    Guid? Suggestion = null,
    Guid? PersonId = null,
    TurnOrigin Origin = TurnOrigin.Typed
);

/// <summary>How a turn came about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TurnOrigin>))]
public enum TurnOrigin
{
    /// <summary>Written by the person alone.</summary>
    Typed,

    /// <summary>A model's suggestion, unchanged.</summary>
    Suggested,

    /// <summary>A model's suggestion, changed by the person.</summary>
    Edited,
}
