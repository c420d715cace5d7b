using System.ComponentModel.DataAnnotations;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Grpo;

/// <summary>Settings of group-relative policy optimisation.</summary>
public sealed record GrpoSettings : PolicyGradientSettings, IValidatableObject
{
    /// <summary>Completions of each prompt, each other's baseline. RolloutSize must be a multiple of it.</summary>
    [Range(2, 1024)]
    public int CompletionsPerPrompt { get; init; } = 4;

    /// <summary>By what a group's centred scores are divided.</summary>
    public GroupScale Scale { get; init; } = GroupScale.Group;

    /// <summary>How token losses become one number.</summary>
    public GrpoReduction Reduction { get; init; } = GrpoReduction.SequenceMean;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        GroupAdvantages.CheckSizes(RolloutSize, CompletionsPerPrompt);
}
