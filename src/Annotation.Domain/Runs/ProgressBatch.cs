namespace Annotation.Domain.Runs;

/// <summary>Metrics and samples to be stored together.</summary>
public sealed record ProgressBatch(
    int Step,
    int TotalSteps,
    IReadOnlyList<(int Step, string Name, double Value)> Metrics,
    IReadOnlyList<RunSample> Samples
);
