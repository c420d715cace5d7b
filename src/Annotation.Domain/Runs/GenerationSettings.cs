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

    /// <summary>Different completions for each of the project's prompts; null means what the project says.</summary>
    [Range(2, 9)]
    public int? CompletionsPerPrompt { get; init; }

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
}
