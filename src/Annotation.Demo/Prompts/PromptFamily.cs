namespace Annotation.Demo.Prompts;

/// <summary>What a prompt wants.</summary>
public enum PromptFamily
{
    /// <summary>Several facts about one subject.</summary>
    About,

    /// <summary>One aspect of one subject.</summary>
    Question,

    /// <summary>Which of two subjects is larger or smaller.</summary>
    Compare,

    /// <summary>A kind sentence about one subject.</summary>
    Praise,

    /// <summary>Facts about one subject, in exactly one sentence.</summary>
    OneSentence,

    /// <summary>Facts about two subjects.</summary>
    Both,
}
