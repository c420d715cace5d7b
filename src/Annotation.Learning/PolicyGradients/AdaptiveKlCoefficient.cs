namespace Annotation.Learning.PolicyGradients;

/// <summary>
/// Proportional controller of the KL coefficient (Ziegler et al. 2019, section 2.2):
/// coefficient *= 1 + clip(KL / target - 1, -0.2, 0.2) * completions / horizon.
/// </summary>
public static class AdaptiveKlCoefficient
{
    /// <summary>
    /// The coefficient after a rollout of <paramref name="completions"/> completions whose mean KL per sequence (nats; never per
    /// token, the target is per sequence) was <paramref name="sequenceKl"/>.
    /// </summary>
    public static double Next(double coefficient, double sequenceKl, double targetSequenceKl, double horizon, int completions)
    {
        var error = Math.Clamp(sequenceKl / targetSequenceKl - 1, -0.2, 0.2);
        return coefficient * (1 + error * completions / horizon);
    }
}
