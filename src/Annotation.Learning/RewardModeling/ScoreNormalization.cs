namespace Annotation.Learning.RewardModeling;

/// <summary>
/// Affine map of one head's raw scores to normalised ones: (raw - Mean) / Std. Stored with the reward model, so that a KL
/// coefficient means the same with every reward model. Source: reward_normalize of lm-human-preferences with target N(0, 1).
/// </summary>
/// <param name="Mean">Mean of the raw scores that becomes 0.</param>
/// <param name="Std">Population standard deviation of the raw scores that becomes 1; never 0.</param>
public sealed record ScoreNormalization(double Mean, double Std)
{
    /// <summary>Leaves scores as they are.</summary>
    public static ScoreNormalization None { get; } = new(0, 1);

    /// <summary>The map that gives the scores seen mean 0 and population standard deviation 1.</summary>
    public static ScoreNormalization From(RunningMoments moments) =>
        moments.Count == 0 ? None : new(moments.Mean, moments.PopulationStd is > 1e-8 and var std ? std : 1);

    /// <summary>The normalised score.</summary>
    public double Apply(double raw) => (raw - Mean) / Std;
}
