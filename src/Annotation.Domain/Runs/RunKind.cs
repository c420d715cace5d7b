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

    /// <summary>Improves a policy against a reward model.</summary>
    Ppo,

    /// <summary>Writes completions for a project's prompts, which become ranking tasks, or for one prompt.</summary>
    Generate,

    /// <summary>Measures a model.</summary>
    Evaluate,

    /// <summary>Checks an uploaded model folder and registers it.</summary>
    Import,
}
