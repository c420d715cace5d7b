using System.Text.Json;

namespace Annotation.Client.Contracts;

/// <summary>What a labeler is asked to do next: everything that the page needs, model names left out.</summary>
/// <param name="Kind">ranking, demonstration or dialogue.</param>
/// <param name="LeaseVersion">Goes back with submit, renew and skip.</param>
/// <param name="Completions">In the order in which they are shown.</param>
/// <param name="OpenTaskCount">How many of the next 100 open tasks are still for the labeler: 100 means many.</param>
/// <param name="GuidelineHtml">The guideline as safe HTML.</param>
public sealed record TaskView(
    Guid AssignmentId,
    int LeaseVersion,
    DateTimeOffset LeaseUntil,
    string Kind,
    string Project,
    string Guideline,
    int GuidelineVersion,
    IReadOnlyList<TurnView> Prompt,
    IReadOnlyList<CompletionView> Completions,
    IReadOnlyList<QuestionRow> Questions,
    int DoneToday,
    int OpenTaskCount,
    string GuidelineHtml = ""
)
{
    /// <summary>Version of the questionnaire that the questions are from; 0: made of the project's criteria.</summary>
    public int QuestionnaireVersion { get; init; }

    /// <summary>The guideline version that the labeler last said to have read; null: never. Differs: show the changes.</summary>
    public int? SeenGuidelineVersion { get; init; }

    /// <summary>What the project warns of (safe HTML); empty: nothing. Contents stay blurred until revealed.</summary>
    public string ContentWarningHtml { get; init; } = "";

    /// <summary>Sensitive categories of this prompt, such as <c>violence</c>.</summary>
    public IReadOnlyList<string> ContentFlags { get; init; } = [];

    /// <summary>How many different completions were asked for; the task has fewer where no more could be had. Null: no number was asked for.</summary>
    public int? CompletionsWanted { get; init; }

    /// <summary>Language of the prompt (BCP 47), when known; the page's <c>lang</c> and direction.</summary>
    public string? Language { get; init; }

    /// <summary>What the labeler has so far, from whatever browser; null: nothing yet.</summary>
    public DraftView? Draft { get; init; }

    /// <summary>The labeler's own submitted answers by question, when the task is looked up, corrected or undone.</summary>
    public IReadOnlyDictionary<string, AnswerValueRow>? Answers { get; init; }

    /// <summary>When the labeler submitted it last; null: not yet.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Until when the submit can be undone; null: not (any more).</summary>
    public DateTimeOffset? UndoUntil { get; init; }

    /// <summary>The dialogue being written; null for other kinds.</summary>
    public DialogueView? Dialogue { get; init; }
}

/// <summary>A dialogue as one of its writers sees it.</summary>
/// <param name="Seat">both, user or assistant: which turns the labeler writes.</param>
/// <param name="Turns">What is stored already, after the prompt's turns; always empty for the seat both.</param>
/// <param name="YourTurn">Whether the labeler is to write the next turn.</param>
/// <param name="Finished">Whether the other side said that the dialogue is over.</param>
public sealed record DialogueView(string Seat, IReadOnlyList<DialogueTurnView> Turns, bool YourTurn, bool Finished);

/// <summary>A stored turn of a dialogue: source text and safe HTML.</summary>
/// <param name="Position">Counts from 0.</param>
/// <param name="Yours">Whether the labeler wrote it.</param>
/// <param name="Origin">typed, suggested (unchanged) or edited (a changed suggestion).</param>
public sealed record DialogueTurnView(int Position, string Role, string Text, string Html, bool Yours, string Origin);

/// <summary>Adds one turn where two people take a side each; the same position and text again change nothing.</summary>
public sealed record AddTurnRequest(int LeaseVersion, int Position, string Text, Guid? Suggestion = null);

/// <summary>Asks the project's model to suggest the next turn.</summary>
/// <param name="Turns">What the labeler has written so far, after the prompt.</param>
public sealed record SuggestTurnRequest(int LeaseVersion, IReadOnlyList<DialogueTurnRow> Turns);

/// <summary>A suggestion; asked for again until it is there.</summary>
/// <param name="State">waiting, ready or failed.</param>
/// <param name="Text">What the model suggests, when ready; the reason, when failed.</param>
public sealed record SuggestionView(Guid Id, string State, string? Text = null);

/// <summary>A draft as stored.</summary>
/// <param name="Revision">Grows with every change; a save with a revision that is not higher is refused.</param>
/// <param name="Content">Whatever the page keeps, any JSON.</param>
public sealed record DraftView(long Revision, JsonElement Content, DateTimeOffset SavedAt);

/// <summary>Keeps a draft, at most 1 MB of JSON.</summary>
public sealed record SaveDraftRequest(long Revision, JsonElement Content);

/// <summary>One turn of the prompt: source text and safe HTML.</summary>
public sealed record TurnView(string Role, string Text, string Html);

/// <summary>One completion to judge: source text and safe HTML.</summary>
public sealed record CompletionView(Guid Id, string Text, string Html);

/// <summary>Submits all answers of a task at once; sending the same key again changes nothing and returns the same result.</summary>
/// <param name="SubmissionKey">Made by the page once per submit.</param>
/// <param name="ActiveMilliseconds">Time that the labeler was active on the task.</param>
public sealed record SubmitRequest(
    Guid SubmissionKey,
    int LeaseVersion,
    IReadOnlyDictionary<string, AnswerValueRow> Answers,
    long? ActiveMilliseconds = null
)
{
    /// <summary>How the labeler worked on it; the labeler can read it all, reviewers see only signals made of it.</summary>
    public InteractionRow? Interaction { get; init; }
}

/// <summary>How a labeler worked on a task, as the page measured it.</summary>
/// <param name="FirstInteractionMilliseconds">From the task being shown to the first key, click or touch.</param>
/// <param name="ChangeCount">How often an answer was changed.</param>
/// <param name="InputDevice">keyboard, mouse, touch, pen or mixed.</param>
public sealed record InteractionRow(
    long? FirstInteractionMilliseconds = null,
    int? ChangeCount = null,
    string? InputDevice = null,
    int? ViewportWidth = null,
    int? ViewportHeight = null
);

/// <summary>What a submit did.</summary>
public sealed record SubmitResult(Guid AssignmentId, bool Repeated)
{
    /// <summary>Until when it can be undone.</summary>
    public DateTimeOffset? UndoUntil { get; init; }
}

/// <summary>Takes a submit back within its time; the task is open again for the labeler.</summary>
public sealed record UndoRequest(int LeaseVersion);

/// <summary>Gives a task back with a reason.</summary>
public sealed record SkipRequest(int LeaseVersion, string Reason);

/// <summary>Keeps a task for longer.</summary>
public sealed record RenewRequest(int LeaseVersion);

/// <summary>The lease after a renewal.</summary>
public sealed record LeaseView(int LeaseVersion, DateTimeOffset LeaseUntil);
