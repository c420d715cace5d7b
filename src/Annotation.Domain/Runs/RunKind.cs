namespace Annotation.Domain.Runs;

/// <summary>What a run does.</summary>
public enum RunKind
{
    /// <summary>Trains a language model from nothing on plain text.</summary>
    Base,

    /// <summary>Fine-tunes a policy on demonstrations.</summary>
    Sft,

    /// <summary>Trains a reward model on a preference set.</summary>
    Reward,

    /// <summary>Improves a policy against a reward, with a value model.</summary>
    Ppo,

    /// <summary>Improves a policy against a reward; each prompt's completions are each other's baseline.</summary>
    Rloo,

    /// <summary>Improves a policy against a reward that is relative to its prompt's other completions.</summary>
    Grpo,

    /// <summary>Improves a policy on a preference set, without a reward model.</summary>
    Dpo,

    /// <summary>Writes completions for a project's prompts, which become ranking tasks, or for one prompt.</summary>
    Generate,

    /// <summary>Measures a model.</summary>
    Evaluate,

    /// <summary>Checks an uploaded model folder and registers it.</summary>
    Import,
}

/// <summary>What kinds of run have in common.</summary>
public static class RunKinds
{
    /// <summary>Those that train a model, in the order of the loop.</summary>
    public static IReadOnlyList<RunKind> Trainings { get; } =
    [RunKind.Base, RunKind.Sft, RunKind.Reward, RunKind.Ppo, RunKind.Rloo, RunKind.Grpo, RunKind.Dpo];

    /// <summary>Whether it lets a policy write and learns from how that is scored.</summary>
    public static bool LearnsFromReward(this RunKind kind) => kind is RunKind.Ppo or RunKind.Rloo or RunKind.Grpo;

    /// <summary>Whether it learns from a preference set.</summary>
    public static bool LearnsFromPreferences(this RunKind kind) => kind is RunKind.Reward or RunKind.Dpo;
}
