using System.ComponentModel.DataAnnotations;

namespace Annotation.Learning.RewardModeling;

/// <summary>The loss that turns rankings into scores.</summary>
public enum PreferenceLoss
{
    /// <summary>Mean over a ranking's untied pairs of -log sigmoid(winner - loser) (InstructGPT eq. 1).</summary>
    Pairwise,

    /// <summary>Likelihood of the whole order; for strict rankings.</summary>
    PlackettLuce,

    /// <summary>Pairs with ties as outcomes, tie strength learned with the scores (Rao and Kupper 1967).</summary>
    RaoKupper,

    /// <summary>Pairs with ties as outcomes, tie strength learned with the scores (Davidson 1970).</summary>
    Davidson,
}

/// <summary>What gets the score 0.</summary>
public enum ScoreCenter
{
    /// <summary>The mean of the training completions.</summary>
    Completions,

    /// <summary>The mean of the project's demonstrations (Stiennon et al. 2020); the training completions where there are none.</summary>
    Demonstrations,
}

/// <summary>Settings of reward-model training.</summary>
public sealed record RewardModelSettings : TrunkSettings, IValidatableObject
{
    /// <summary>The defaults of reward models, which overfit after few passes.</summary>
    public RewardModelSettings() => (LearningRate, Epochs, ValidationsPerEpoch, Patience) = (3e-4, 3, 4, 4);

    /// <summary>Ranked prompts per optimizer step.</summary>
    [Range(1, 4096)]
    public int BatchPrompts { get; init; } = 16;

    /// <summary>What is minimised.</summary>
    public PreferenceLoss Loss { get; init; } = PreferenceLoss.Pairwise;

    /// <summary>Share of pairs assumed to be labelled the wrong way round (only with the pairwise loss).</summary>
    [Range(0.0, 0.49)]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// Probability that a pair is labelled the wrong way round, as a model of the labels: bounds what a mislabelled pair can do. Instead of
    /// LabelSmoothing, only with the pairwise loss; 0 is off.
    /// </summary>
    [Range(0.0, 0.49)]
    public double FlipRate { get; init; }

    /// <summary>Nats by which a winner must lead for each rank between the pair, only with the pairwise loss; 0 is off.</summary>
    [Range(0.0, 10.0)]
    public double Margin { get; init; }

    /// <summary>
    /// Whether a linear score of words, word pairs, beginnings, ends, length and echoes stands beside the network's, mixed by the validation
    /// rankings. It finds more in a few thousand rankings than a small network does; but a policy trained on it may learn its words by
    /// heart. None: only where the trunk is made from the ranked texts.
    /// </summary>
    public bool? Features { get; init; }

    /// <summary>What gets the score 0; the standard deviation is that of the training completions.</summary>
    public ScoreCenter Center { get; init; } = ScoreCenter.Completions;

    /// <summary>Weight of (winner + loser)^2, which keeps the scores around 0.</summary>
    [Range(0.0, 10.0)]
    public double CenterCoefficient { get; init; } = 0.01;

    /// <summary>Models trained from different seeds whose scores are combined.</summary>
    [Range(1, 16)]
    public int Members { get; init; } = 1;

    /// <summary>How the members' scores become one.</summary>
    public EnsembleRule EnsembleRule { get; init; } = EnsembleRule.Mean;

    /// <summary>Factor of the members' variance that <see cref="EnsembleRule.UncertaintyWeighted"/> takes off.</summary>
    [Range(0.0, 100.0)]
    public double UncertaintyWeight { get; init; } = 0.5;

    /// <summary>
    /// Longest row in tokens, prompt, completion and end together. A longer row loses the beginning of its conversation; completions that
    /// leave it less than a quarter of the row are left out and counted, because cut ones are not what was judged.
    /// </summary>
    [Range(2, 131072)]
    public int MaxLength { get; init; } = 1024;

    /// <summary>
    /// 1 or 2: learns from that half of the rankings alone, by a hash of the conversation's first message. A policy trained on the model of
    /// one half and scored by the model of the other shows over-optimisation without a gold judge (Bai et al. 2022). 0 is all.
    /// </summary>
    [Range(0, 2)]
    public int Half { get; init; }

    /// <summary>
    /// Parts of the train and validation rankings for cross-validation after the training: each part is judged by a model of the same
    /// settings that learned from the others. 0 or 1 leaves it out.
    /// </summary>
    [Range(0, 20)]
    public int Folds { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var pairwise = new[] { (nameof(LabelSmoothing), LabelSmoothing), (nameof(FlipRate), FlipRate), (nameof(Margin), Margin) };
        foreach (var (name, _) in pairwise.Where(s => s.Item2 > 0 && Loss != PreferenceLoss.Pairwise))
        {
            yield return new($"only the pairwise loss has it: set it to 0, or Loss to {nameof(PreferenceLoss.Pairwise)}.", [name]);
        }
        if (this is { FlipRate: > 0, LabelSmoothing: > 0 })
        {
            yield return new($"it models the same errors as {nameof(LabelSmoothing)}: set one of them to 0.", [nameof(FlipRate)]);
        }
        if (Members == 1 && EnsembleRule != EnsembleRule.Mean)
        {
            yield return new("one member alone is never unsure: set Members to 3 or more, or this to Mean.", [nameof(EnsembleRule)]);
        }
    }

    internal bool TiesCount => Loss is PreferenceLoss.RaoKupper or PreferenceLoss.Davidson;
}
