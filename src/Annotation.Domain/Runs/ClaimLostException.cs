namespace Annotation.Domain.Runs;

/// <summary>A write was refused because another worker has claimed the run.</summary>
public sealed class ClaimLostException(Guid runId, int epoch) : Exception($"Run {runId} is no longer held under epoch {epoch}.");
