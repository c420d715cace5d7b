using System.ComponentModel.DataAnnotations;

namespace Annotation.Domain.Runs;

/// <summary>What an evaluation measures, and how.</summary>
public sealed record EvaluationSettings
{
    /// <summary><c>reward</c> or <c>policy</c>; null means what the model is.</summary>
    [RegularExpression("reward|policy", ErrorMessage = "Kind is reward or policy.")]
    public string? Kind { get; init; }

    /// <summary>Name of the model that is measured, when the run does not name it by id.</summary>
    public string? Model { get; init; }

    /// <summary>Name of the policy to compare with.</summary>
    public string? Against { get; init; }

    /// <summary>Who judges completions: a reward model's name, <c>gold:demo</c>, <c>gold:stories</c>, or <c>people</c>.</summary>
    public string? Judge { get; init; }

    /// <summary>Format of the file in the run's incoming folder; null without a file.</summary>
    public string? Format { get; init; }

    /// <summary>The file's name, which says whether it is compressed.</summary>
    public string? File { get; init; }

    /// <summary>Most held-out prompts to compare policies on.</summary>
    [Range(1, 1_000_000)]
    public int Prompts { get; init; } = 200;

    /// <summary>Longest completion in tokens; null means what the project says, or 64.</summary>
    [Range(1, 1 << 20)]
    public int? MaxTokens { get; init; }

    /// <summary>Sampling temperature of both policies.</summary>
    [Range(0.01, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Completions of which the reward model picks one, as the baseline without training; 1 leaves it out.</summary>
    [Range(1, 256)]
    public int BestOf { get; init; } = 16;

    /// <summary>Most prompts for the best-of-n baseline.</summary>
    [Range(1, 1_000_000)]
    public int BestOfPrompts { get; init; } = 64;

    /// <summary>
    /// Type of the policies' weights: <c>fp32</c>, or <c>bf16</c> for half the memory, in which the same seed may write other texts.
    /// </summary>
    [RegularExpression("(?i)fp32|bf16", ErrorMessage = "Precision is fp32 or bf16.")]
    public string Precision { get; init; } = "fp32";
}
