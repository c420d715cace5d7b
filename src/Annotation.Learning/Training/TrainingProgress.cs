namespace Annotation.Learning.Training;

/// <summary>What a trainer tells after a step.</summary>
/// <param name="Step">Steps done (of PPO: iterations done).</param>
/// <param name="TotalSteps">Steps the run will take at most.</param>
/// <param name="Metrics">Values by name.</param>
/// <param name="Samples">A few decoded completions, when the trainer makes any.</param>
public sealed record TrainingProgress(
    int Step,
    int TotalSteps,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<TrainingSample>? Samples = null
);

/// <summary>A completion written during training, with its score.</summary>
public sealed record TrainingSample(string Prompt, string Completion, double Score);
