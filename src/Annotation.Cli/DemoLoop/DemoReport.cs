namespace Annotation.Cli.DemoLoop;

/// <summary>One stage of the loop with what it measured.</summary>
public sealed record DemoStage(string Name, double Seconds, IReadOnlyDictionary<string, object?> Figures);

/// <summary>What the loop measured from beginning to end.</summary>
/// <param name="Failures">Why it does not count as passed; empty when it does.</param>
public sealed record DemoReport(
    int Seed,
    bool ShuffleLabels,
    IReadOnlyList<DemoStage> Stages,
    double Seconds,
    IReadOnlyList<string> Failures
)
{
    /// <summary>Whether the reward model beats its baselines and PPO beats the fine-tuned policy on the gold judge.</summary>
    public bool Passed => Failures.Count == 0;
}
