using System.ComponentModel.DataAnnotations;

namespace Annotation.Learning.Training;

/// <summary>How a model is held while it is trained: what is learned of it, in which precision, and what is kept for the gradients.</summary>
public record MemorySettings
{
    /// <summary>Rank of a low-rank adapter that is trained in place of the weights; 0 trains the weights themselves.</summary>
    [Range(0, 4096)]
    public int LoraRank { get; init; }

    /// <summary>The adapter's part is scaled by this divided by the rank.</summary>
    [Range(1e-3, 1e6)]
    public double LoraAlpha { get; init; } = 16;

    /// <summary>Projections that get an adapter, by the ends of their names (<c>q_proj,v_proj</c>); <c>all</c> for every one.</summary>
    [Required]
    public string LoraTargets { get; init; } = "all";

    /// <summary>Type of the weights that forward passes use. Half-precision ones have float32 copies that the optimizer changes.</summary>
    public WeightPrecision Precision { get; init; } = WeightPrecision.Fp32;

    /// <summary>Computes each block again for its gradient instead of keeping what this needs: less memory, about a third more time.</summary>
    public bool RecomputeActivations { get; init; }
}
