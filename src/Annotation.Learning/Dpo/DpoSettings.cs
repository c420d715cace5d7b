using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Training;

namespace Annotation.Learning.Dpo;

/// <summary>Settings of direct preference optimisation.</summary>
public sealed record DpoSettings : SupervisedSettings, IValidatableObject
{
    /// <summary>The defaults of DPO.</summary>
    public DpoSettings()
    {
        LearningRate = 1e-4;
        Epochs = 2;
    }

    /// <summary>Which function of the implicit reward margin is minimised.</summary>
    public DpoLossKind Loss { get; init; } = DpoLossKind.Sigmoid;

    /// <summary>Scale of the implicit reward, in units of reward per nat: small lets the policy go far from the reference.</summary>
    [Range(1e-4, 100.0)]
    public double Beta { get; init; } = 0.1;

    /// <summary>Share of labels believed to be flipped: conservative DPO with Sigmoid, the unbiased correction with Robust, unused by Hinge and Ipo.</summary>
    [Range(0.0, 0.49)]
    public double LabelSmoothing { get; init; }

    /// <summary>Which criterion's rankings are learned.</summary>
    [Required, StringLength(100)]
    public string Criterion { get; init; } = "overall";

    /// <summary>Rankings per optimizer step; each gives all its pairs and weighs the same.</summary>
    [Range(1, 4096)]
    public int BatchPrompts { get; init; } = 16;

    /// <summary>Longest row in tokens, prompt, completion and end together. Longer completions are left out and counted.</summary>
    [Range(2, 131072)]
    public int MaxLength { get; init; } = 512;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LabelSmoothing > 0 && Loss is (DpoLossKind.Hinge or DpoLossKind.Ipo))
        {
            yield return new($"{Loss} has no label smoothing; use Sigmoid or Robust.", [nameof(LabelSmoothing)]);
        }
    }
}
