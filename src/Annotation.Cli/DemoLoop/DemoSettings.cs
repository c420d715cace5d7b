namespace Annotation.Cli.DemoLoop;

/// <summary>What one walk through the loop is made of.</summary>
public sealed record DemoSettings
{
    /// <summary>Seed of the world's prompts, of the people and of every run.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether people's orders are replaced by random ones: the loop must then fail, which proves that it can.</summary>
    public bool ShuffleLabels { get; init; }

    /// <summary>Demonstrations for fine-tuning.</summary>
    public int Demonstrations { get; init; } = 400;

    /// <summary>Prompts whose completions are ranked.</summary>
    public int RankedPrompts { get; init; } = 800;

    /// <summary>The first of them, which two people rank: they show how far people agree.</summary>
    public int TwiceRankedPrompts { get; init; } = 150;

    /// <summary>Completions in a ranking.</summary>
    public int CompletionsPerTask { get; init; } = 4;

    /// <summary>Prompts that PPO answers.</summary>
    public int PpoPrompts { get; init; } = 1000;

    /// <summary>Prompts of the comparison at the end.</summary>
    public int EvaluationPrompts { get; init; } = 300;

    /// <summary>How many people rank.</summary>
    public int Labelers { get; init; } = 4;

    /// <summary>Completions of the fine-tuned policy of which the reward model picks the best, beside PPO.</summary>
    public int BestOf { get; init; } = 16;

    /// <summary>Most passes over the demonstrations: enough to reach the lowest validation loss, at which the trainer stops.</summary>
    public int SftEpochs { get; init; } = 8;

    /// <summary>PPO's iterations.</summary>
    public int PpoIterations { get; init; } = 48;

    /// <summary>Longest completion in tokens.</summary>
    public int MaxTokens { get; init; } = 48;
}
