using System.Text.Json;

namespace Annotation.Client.Contracts;

/// <summary>One of the labeler's own judgements, newest first in lists.</summary>
/// <param name="Kind">ranking, demonstration or dialogue.</param>
/// <param name="State">submitted, or undone.</param>
/// <param name="Excerpt">Beginning of the prompt's last turn.</param>
/// <param name="CorrectionCount">How often it was corrected.</param>
public sealed record OwnJudgementRow(
    Guid AssignmentId,
    int LeaseVersion,
    string Project,
    string Kind,
    string State,
    string Excerpt,
    DateTimeOffset SubmittedAt,
    int CorrectionCount,
    DateTimeOffset? UndoUntil
);

/// <summary>Everything that was recorded about one submit of the labeler.</summary>
/// <param name="ShownOrder">Completions, top first.</param>
public sealed record OwnRecordRow(
    Guid SubmissionKey,
    DateTimeOffset SubmittedAt,
    DateTimeOffset ClaimedAt,
    IReadOnlyList<Guid> ShownOrder,
    int GuidelineVersion,
    int QuestionnaireVersion,
    long? ActiveMilliseconds,
    long? FirstInteractionMilliseconds,
    int? ChangeCount,
    string? InputDevice,
    int? ViewportWidth,
    int? ViewportHeight,
    DateTimeOffset? RetractedAt
)
{
    /// <summary>The task as it was handed out to the labeler.</summary>
    public Guid AssignmentId { get; init; }

    /// <summary>Name of the project.</summary>
    public string Project { get; init; } = "";

    /// <summary>Beginning of the prompt's last turn.</summary>
    public string Excerpt { get; init; } = "";
}

/// <summary>The labeler's work in one stretch: since the last pause of half an hour or more.</summary>
/// <param name="MedianActiveMilliseconds">Over its submits; null: none measured.</param>
public sealed record SessionView(
    DateTimeOffset? StartedAt,
    int SubmitCount,
    int SkipCount,
    long ActiveMilliseconds,
    long? MedianActiveMilliseconds,
    int SubmitCountToday,
    long ActiveMillisecondsToday
);

/// <summary>One day (UTC) of a labeler in one project.</summary>
public sealed record TimesheetRow(
    DateOnly Day,
    string Project,
    int SubmitCount,
    int SkipCount,
    long ActiveMilliseconds,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt
);

/// <summary>A project's guideline as labelers read it.</summary>
/// <param name="SeenVersion">What the labeler last said to have read; null: never.</param>
/// <param name="Changes">Line by line against the seen version; empty when that is current or there is none.</param>
public sealed record GuidelineView(
    int Version,
    string Text,
    string Html,
    IReadOnlyList<GuidelineExampleView> Examples,
    int? SeenVersion,
    IReadOnlyList<GuidelineLine> Changes
);

/// <summary>A line of the guideline.</summary>
/// <param name="Change">same, added or removed.</param>
public sealed record GuidelineLine(string Change, string Text);

/// <summary>A worked example with safe HTML.</summary>
public sealed record GuidelineExampleView(
    string Title,
    string PromptHtml,
    IReadOnlyList<ExampleCompletionView> Completions,
    string ExplanationHtml
);

/// <summary>A completion of a worked example and its rank, if it has one.</summary>
public sealed record ExampleCompletionView(string Html, int? Rank);

/// <summary>A worked example (markdown).</summary>
public sealed record GuidelineExampleRow(string Title, string Prompt, IReadOnlyList<ExampleCompletionRow> Completions, string Explanation);

/// <summary>A completion of a worked example (markdown).</summary>
public sealed record ExampleCompletionRow(string Text, int? Rank = null);

/// <summary>Makes a new version of the guideline and its worked examples.</summary>
public sealed record SaveGuidelineRequest(string Text, IReadOnlyList<GuidelineExampleRow>? Examples = null);

/// <summary>The guideline version that the labeler has read.</summary>
public sealed record GuidelineSeenRequest(int Version);

/// <summary>What a labeler declares and prefers.</summary>
/// <param name="Languages">BCP 47, such as en or pt-BR; empty: everything.</param>
/// <param name="OptedOut">Categories of content that the labeler does not want to see.</param>
/// <param name="Page">Whatever the page keeps (keys, theme), any JSON up to 64 kB; null: nothing.</param>
public sealed record LabelerSettings(IReadOnlyList<string> Languages, IReadOnlyList<string> OptedOut, JsonElement? Page = null);

/// <summary>Asks an engineer about a task.</summary>
public sealed record AskRequest(string Text);

/// <summary>A conversation with the engineers about a task.</summary>
/// <param name="Labeler">Who asked.</param>
/// <param name="Unread">Whether there is an answer that the labeler has not opened.</param>
/// <param name="AnsweredAt">When an engineer last answered; null: not since the last question.</param>
public sealed record InquiryView(
    Guid Id,
    string Project,
    Guid AssignmentId,
    Guid TaskId,
    string Labeler,
    string Excerpt,
    bool Unread,
    DateTimeOffset? AnsweredAt,
    IReadOnlyList<InquiryMessageView> Messages
);

/// <summary>One message of such a conversation: source text and safe HTML.</summary>
/// <param name="FromStaff">Whether an engineer wrote it.</param>
public sealed record InquiryMessageView(string By, bool FromStaff, string Text, string Html, DateTimeOffset At);

/// <summary>How many answers the labeler has not opened.</summary>
public sealed record UnreadView(int UnreadCount);

/// <summary>The labeler's conversations, those with news first.</summary>
public sealed record InboxView(int UnreadCount, IReadOnlyList<InquiryView> Inquiries);

/// <summary>What reviewers see of how a labeler works: signals, never the recordings they come from.</summary>
/// <param name="Signals">For instance <c>many-fast</c> or <c>prefers-first</c>.</param>
public sealed record LabelerSignalsRow(Guid PersonId, string Labeler, int JudgementCount, IReadOnlyList<SignalRow> Signals);

/// <summary>One signal.</summary>
public sealed record SignalRow(string Key, string Sentence);
