namespace Annotation.Demo.Prompts;

/// <summary>What a prompt may be used for. Each prompt text belongs to exactly one use, by a hash of the text.</summary>
public enum PromptUse
{
    /// <summary>Conversations in the pretraining corpus.</summary>
    Corpus,

    /// <summary>Demonstrations for supervised fine-tuning.</summary>
    Demonstrations,

    /// <summary>Rankings for the reward model.</summary>
    Rankings,

    /// <summary>Prompts that PPO answers.</summary>
    Optimization,

    /// <summary>Prompts that nothing learns from: the comparison at the end.</summary>
    Evaluation,
}
