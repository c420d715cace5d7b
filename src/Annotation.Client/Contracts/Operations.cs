namespace Annotation.Client.Contracts;

/// <summary>A worker process as admins see it.</summary>
public sealed record WorkerRow(
    Guid Id,
    string Name,
    string Device,
    IReadOnlyList<string> Queues,
    DateTimeOffset StartedAt,
    DateTimeOffset HeartbeatAt,
    bool Alive,
    int? CurrentRun
);

/// <summary>Counts of one queue.</summary>
public sealed record QueueRow(string Name, long Waiting, long Running, long Failed);

/// <summary>Why a request was refused: a sentence that says what is wrong, where, and what to do.</summary>
public sealed record Refusal(string Code, string Sentence);
