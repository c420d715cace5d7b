using System.ComponentModel.DataAnnotations;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Rloo;

/// <summary>Settings of REINFORCE with the leave-one-out baseline.</summary>
public sealed record RlooSettings : PolicyGradientSettings, IValidatableObject
{
    /// <summary>Completions of each prompt, each other's baseline. RolloutSize must be a multiple of it.</summary>
    [Range(2, 1024)]
    public int CompletionsPerPrompt { get; init; } = 4;

    /// <summary>Whether advantages are centred and scaled to a standard deviation of 1 over the rollout.</summary>
    public bool NormalizeAdvantages { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        GroupAdvantages.CheckSizes(RolloutSize, CompletionsPerPrompt);
}
