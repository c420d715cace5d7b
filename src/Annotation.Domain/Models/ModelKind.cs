namespace Annotation.Domain.Models;

/// <summary>What a model is for.</summary>
public enum ModelKind
{
    /// <summary>Writes completions; may be promoted.</summary>
    Policy,

    /// <summary>Scores completions on each of its criteria.</summary>
    Reward,
}
