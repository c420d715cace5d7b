namespace Annotation.Learning.RewardModeling;

/// <summary>
/// How one criterion's log-odds are made of the network's raw score and the feature head's: Network * raw + Features * features. Fitted
/// on validation pairs, so that differences are calibrated log-odds; without features, Network is one over the temperature
/// (Guo et al. 2017).
/// </summary>
/// <param name="Network">Factor of the network's raw score.</param>
/// <param name="Features">Factor of the feature head's score; 0 without one.</param>
public sealed record ScoreMix(double Network, double Features)
{
    // The start counts as much as this many validation pairs with a difference of 2 nats.
    private const double PriorStrength = 4;
    private const int Rounds = 200;

    /// <summary>The network's raw score alone, as it is.</summary>
    public static ScoreMix Plain { get; } = new(1, 0);

    /// <summary>Where a fit starts: the network alone, or the mean of both log-odds.</summary>
    public static ScoreMix Start(bool hasFeatures) => hasFeatures ? new(0.5, 0.5) : Plain;

    /// <summary>
    /// The factors, from 0.02 to 20, that minimise the sum of -log sigmoid(mix of the differences) over pairs (chosen minus rejected)
    /// plus a penalty on leaving the start. Newton steps: the problem is convex in two numbers.
    /// </summary>
    public static ScoreMix Fit(IReadOnlyList<(double Network, double Features, double Weight)> pairs, bool hasFeatures)
    {
        var start = Start(hasFeatures);
        var (network, features) = (start.Network, start.Features);
        for (var round = 0; round < Rounds; round++)
        {
            // Gradient and Hessian of the penalised loss.
            var (g1, g2) = (PriorStrength * (network - start.Network), PriorStrength * (features - start.Features));
            var (h11, h12, h22) = (PriorStrength, 0.0, PriorStrength);
            foreach (var (a, b, weight) in pairs)
            {
                var p = 1 / (1 + Math.Exp(network * a + features * b));
                var curve = weight * p * (1 - p);
                (g1, g2) = (g1 - weight * p * a, g2 - weight * p * b);
                (h11, h12, h22) = (h11 + curve * a * a, h12 + curve * a * b, h22 + curve * b * b);
            }
            // Half steps: a whole one may leap over the minimum where the sigmoid is flat.
            var determinant = h11 * h22 - h12 * h12;
            network = Within(network - 0.5 * (h22 * g1 - h12 * g2) / determinant);
            features = hasFeatures ? Within(features - 0.5 * (h11 * g2 - h12 * g1) / determinant) : 0;
        }
        return new(network, features);
    }

    /// <summary>The log-odds of one completion, up to a constant.</summary>
    public double Apply(double network, double features) => Network * network + Features * features;

    private static double Within(double factor) => Math.Clamp(factor, 0.02, 20);
}
