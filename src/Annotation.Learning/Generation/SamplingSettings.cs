using System.ComponentModel.DataAnnotations;

namespace Annotation.Learning.Generation;

/// <summary>How completions are drawn.</summary>
public sealed record SamplingSettings
{
    /// <summary>Divides the logits: below 1 is more certain, above 1 more varied, 0 always takes the most probable token.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the most probable tokens are considered; 0 means all.</summary>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens that together reach this probability are considered; 1 means all (Holtzman et al. 2020).</summary>
    [Range(1e-6, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Logits of ids that the prompt or the completion has already are divided by this where positive and multiplied where negative; 1
    /// changes nothing (Keskar et al. 2019).
    /// </summary>
    [Range(0.1, 10.0)]
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No run of this many tokens occurs twice in a completion; 0 allows all.</summary>
    [Range(0, 1024)]
    public int NoRepeatLength { get; init; }

    /// <summary>Texts that end a completion; it is cut before them.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Most tokens of a completion, the ending one included.</summary>
    [Range(1, 1 << 20)]
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Together with a prompt's place in the list, decides what is drawn for it.</summary>
    public ulong Seed { get; init; }
}
