using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Training;

namespace Annotation.Learning.Sft;

/// <summary>Which tokens of a conversation are learned.</summary>
public enum SftTargets
{
    /// <summary>The completion and its end.</summary>
    Completion,

    /// <summary>
    /// Every turn of the assistant and its end. A conversation that is the beginning of another is left out, because the other
    /// teaches its turns too.
    /// </summary>
    AssistantTurns,
}

/// <summary>Settings of supervised fine-tuning; <see cref="BaseModelSettings"/> adds what a base model needs.</summary>
public record SftSettings : SupervisedSettings
{
    /// <summary>Rows per optimizer step.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Longest row in tokens, prompt, completion and end together. Longer examples are left out and counted: cut ones would never stop.</summary>
    [Range(2, 131072)]
    public int MaxLength { get; init; } = 512;

    /// <summary>Which tokens of a conversation are learned.</summary>
    public SftTargets Targets { get; init; } = SftTargets.Completion;

    /// <summary>
    /// Whether rows stand one behind the other in full rows of MaxLength, blind to each other, instead of beside padding. Gives the
    /// same loss and gradients; faster where lengths differ much.
    /// </summary>
    public bool Packing { get; init; }
}
