using System.Runtime.InteropServices;
using Annotation.Domain.Runs;

namespace Annotation.Jobs.Execution;

/// <summary>What a run's readers are told when its tensors no longer fit.</summary>
public static class OutOfMemory
{
    /// <summary>Whether the exception says that memory ran out, of the machine or of its graphics card.</summary>
    public static bool Caused(Exception problem) =>
        problem is OutOfMemoryException
        || (
            problem is ExternalException
            && (
                problem.Message.Contains("allocate memory", StringComparison.OrdinalIgnoreCase)
                || problem.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
                || problem.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <summary>The sentence: where it happened and which setting to lower.</summary>
    public static string Sentence(RunKind kind, int step) =>
        $"Out of memory after step {step}; lower {Setting(kind)}, or use a smaller model. The run goes on from its last checkpoint when resumed.";

    /// <summary>What to lower, most helpful first.</summary>
    public static string Setting(RunKind kind) =>
        kind == RunKind.Base ? "HiddenSize, Layers or MaxTokensPerPass"
        : kind.LearnsFromReward() ? "RowsPerPass (then RolloutSize or MaxNewTokens)"
        : RunKinds.Trainings.Contains(kind) ? "MaxTokensPerPass (then MaxLength)"
        : "the number of prompts or MaxTokens";
}
