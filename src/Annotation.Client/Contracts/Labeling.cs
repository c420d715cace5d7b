using System.Text.Json.Serialization;

namespace Annotation.Client.Contracts;

/// <summary>What a labeler is asked to do next: everything that the page needs, model names left out.</summary>
/// <param name="Kind">ranking or demonstration.</param>
/// <param name="LeaseVersion">Goes back with submit, renew and skip.</param>
/// <param name="Completions">In the order in which they are shown.</param>
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
    IReadOnlyList<QuestionView> Questions,
    int DoneToday,
    int OpenTaskCount,
    string GuidelineHtml = ""
);

/// <summary>One turn of the prompt: source text and safe HTML.</summary>
public sealed record TurnView(string Role, string Text, string Html);

/// <summary>One completion to judge: source text and safe HTML.</summary>
public sealed record CompletionView(Guid Id, string Text, string Html);

/// <summary>One question of a task.</summary>
/// <param name="Kind">ranking or text.</param>
public sealed record QuestionView(string Key, string Kind, string Name, string Guideline);

/// <summary>A labeler's value for one question.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingValue), "ranking")]
[JsonDerivedType(typeof(TextValue), "text")]
public abstract record AnswerValueRow;

/// <summary>Ranks by completion id: 1 is best, equal ranks are ties.</summary>
public sealed record RankingValue(IReadOnlyDictionary<Guid, int> Ranks) : AnswerValueRow;

/// <summary>A written text (a demonstration).</summary>
public sealed record TextValue(string Text) : AnswerValueRow;

/// <summary>Submits all answers of a task at once; sending the same key again changes nothing and returns the same result.</summary>
/// <param name="SubmissionKey">Made by the page once per submit.</param>
/// <param name="ActiveMilliseconds">Time that the labeler was active on the task.</param>
public sealed record SubmitRequest(
    Guid SubmissionKey,
    int LeaseVersion,
    IReadOnlyDictionary<string, AnswerValueRow> Answers,
    long? ActiveMilliseconds = null
);

/// <summary>What a submit did.</summary>
public sealed record SubmitResult(Guid AssignmentId, bool Repeated);

/// <summary>Gives a task back with a reason.</summary>
public sealed record SkipRequest(int LeaseVersion, string Reason);

/// <summary>Keeps a task for longer.</summary>
public sealed record RenewRequest(int LeaseVersion);

/// <summary>The lease after a renewal.</summary>
public sealed record LeaseView(int LeaseVersion, DateTimeOffset LeaseUntil);
