using System.ComponentModel.DataAnnotations;

namespace Annotation.Domain.Runs;

/// <summary>What a generation run writes: completions of one prompt, or of a project's prompts.</summary>
public sealed record GenerationSettings
{
    /// <summary>The one prompt as text; for a run without a project.</summary>
    public string? Prompt { get; init; }

    /// <summary>The one prompt as a conversation, a JSON array of role and content; instead of <see cref="Prompt"/>.</summary>
    public string? Messages { get; init; }

    /// <summary>Completions of the one prompt.</summary>
    [Range(1, 1024)]
    public int Count { get; init; } = 1;

    /// <summary>How many of the project's prompts that wait for no labeler; null means all of them.</summary>
    [Range(1, 10_000_000)]
    public int? Prompts { get; init; }

    /// <summary>
    /// Completions of each prompt of which the reward's best is kept: best-of-n, the gain without training. 1 makes ranking tasks instead.
    /// </summary>
    [Range(1, 256)]
    public int BestOf { get; init; } = 1;

    /// <summary>Different completions for each of the project's prompts; null means what the project says.</summary>
    [Range(2, 9)]
    public int? CompletionsPerPrompt { get; init; }

    /// <summary>
    /// Name of another model, whose completions stand beside the policy's in every task, half each: what people then rank says which of the two they
    /// like better. Null: the policy writes all.
    /// </summary>
    public string? Against { get; init; }

    /// <summary>Longest completion in tokens; null means what the project says, or 64.</summary>
    [Range(1, 1 << 20)]
    public int? MaxTokens { get; init; }

    /// <summary>Sampling temperature; null means what the project says, or 1.</summary>
    [Range(0.0, 100.0)]
    public double? Temperature { get; init; }

    /// <summary>Only this many of the most probable tokens are considered; 0 means all.</summary>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens that together reach this probability are considered.</summary>
    [Range(1e-6, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Logits of ids that are there already are divided by this where positive and multiplied where negative; 1 changes nothing.
    /// </summary>
    [Range(0.1, 10.0)]
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No run of this many tokens occurs twice in a completion; 0 allows all.</summary>
    [Range(0, 1024)]
    public int NoRepeatLength { get; init; }

    /// <summary>Texts that end a completion, which is cut before them, as a JSON array; null for none.</summary>
    public string? Stop { get; init; }

    /// <summary>
    /// Type of the policies' weights: <c>fp32</c>, or <c>bf16</c> for half the memory, in which the same seed may write other texts.
    /// </summary>
    [RegularExpression("(?i)fp32|bf16", ErrorMessage = "Precision is fp32 or bf16.")]
    public string Precision { get; init; } = "fp32";

    /// <summary>For best-of-n: seconds that a reward program may take for one completion, a reward endpoint for one request.</summary>
    [Range(0.01, 86400.0)]
    public double RewardSeconds { get; init; } = 10;

    /// <summary>Address space of a reward program in MB; null for no limit.</summary>
    [Range(16, 1 << 20)]
    public int? RewardMegabytes { get; init; } = 1024;

    /// <summary>Further attempts when a reward endpoint does not answer, or answers that it is busy or broken.</summary>
    [Range(0, 100)]
    public int RewardRetries { get; init; } = 3;

    /// <summary>Score of a completion at which a program or an endpoint failed; null ends the run there.</summary>
    [Range(-1e6, 1e6)]
    public double? FailedRewardScore { get; init; }
}
