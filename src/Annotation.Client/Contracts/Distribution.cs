namespace Annotation.Client.Contracts;

/// <summary>How a project's tasks are handed out.</summary>
/// <param name="JudgementsPerTask">The fewest people who judge a task; changed with the project.</param>
/// <param name="JudgementsCap">The most who do when judges split; null: k does not adapt.</param>
/// <param name="AgreementThreshold">Judges agree from here on, 0 to 1.</param>
/// <param name="RandomArmShare">Share of new tasks that are judged up to the cap whatever the judges say, 0 to 1.</param>
/// <param name="SkipPolicy">others or later: who gets a task that was skipped.</param>
/// <param name="TasksPerPerson">How many tasks one person may judge in all; null: no limit.</param>
/// <param name="TasksPerPersonPerDay">How many on one day (UTC); null: no limit.</param>
public sealed record DistributionRow(
    int JudgementsPerTask,
    int? JudgementsCap,
    double AgreementThreshold,
    double RandomArmShare,
    string SkipPolicy,
    int? TasksPerPerson,
    int? TasksPerPersonPerDay
);

/// <summary>Replaces how a project's tasks are handed out; what is left out gets its default.</summary>
public sealed record SaveDistributionRequest(
    int? JudgementsCap = null,
    double? AgreementThreshold = null,
    double? RandomArmShare = null,
    string? SkipPolicy = null,
    int? TasksPerPerson = null,
    int? TasksPerPersonPerDay = null
);

/// <summary>Reserves open tasks for a person or a team; neither gives reserved ones to everybody again.</summary>
/// <param name="Person">User name.</param>
/// <param name="Team">Name of the team.</param>
/// <param name="Count">How many at most; null: all.</param>
/// <param name="Priority">Their priority from now on; null: as it is.</param>
public sealed record AssignTasksRequest(string? Person = null, string? Team = null, int? Count = null, int? Priority = null);

/// <summary>Takes somebody's judgements in a project back.</summary>
/// <param name="Person">User name.</param>
/// <param name="Task">Only of this task; null: all.</param>
public sealed record RetractRequest(string Person, Guid? Task = null);

/// <summary>How many tasks something was done to.</summary>
public sealed record TaskCount(int Count);

/// <summary>Answers that came too late to count, kept for engineers to look at.</summary>
/// <param name="Labeler">Who made them.</param>
/// <param name="Prompt">The beginning of what was asked.</param>
/// <param name="Answers">By question.</param>
public sealed record LateSubmissionRow(
    Guid Id,
    Guid TaskId,
    string Labeler,
    string Prompt,
    IReadOnlyDictionary<string, AnswerValueRow> Answers,
    int? ActiveMilliseconds,
    DateTimeOffset ReceivedAt
);

/// <summary>Whether every task has exactly the judgements that it should have.</summary>
/// <param name="Off">Tasks that are not as promised; none when all is well.</param>
public sealed record ExactnessRow(long TaskCount, long ClosedCount, IReadOnlyList<TaskOffRow> Off);

/// <summary>A task whose judgements are not as promised.</summary>
/// <param name="LivePeople">Distinct people with a live judgement of it.</param>
/// <param name="JudgementCount">What the task counts.</param>
/// <param name="ClosedJudgements">The k at which it closed; null while open.</param>
public sealed record TaskOffRow(
    Guid TaskId,
    long LivePeople,
    int JudgementCount,
    int JudgementsWanted,
    int? ClosedJudgements,
    long Leases,
    int LeaseCount
);

/// <summary>A team and the user names of its members.</summary>
public sealed record TeamRow(Guid Id, string Name, IReadOnlyList<string> Members);

/// <summary>Who is in a team: user names.</summary>
public sealed record SaveTeamRequest(IReadOnlyList<string> Members);
