using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Training;

namespace Annotation.Learning.PolicyGradients;

/// <summary>What PPO, RLOO and GRPO are all told. Each one's own record adds its settings and may change defaults.</summary>
public abstract record PolicyGradientSettings : MemorySettings
{
    /// <summary>Times to collect completions and learn from them.</summary>
    [Range(1, 100_000)]
    public int Iterations { get; init; } = 48;

    /// <summary>Completions collected per iteration.</summary>
    [Range(1, 65536)]
    public int RolloutSize { get; init; } = 128;

    /// <summary>Completions per optimizer step.</summary>
    [Range(1, 65536)]
    public int MinibatchSize { get; init; } = 64;

    /// <summary>
    /// Completions per forward pass of a minibatch; null for all at once. Fewer need less memory and give the same gradients: every
    /// pass is weighed by its share of the whole minibatch.
    /// </summary>
    [Range(1, 65536)]
    public int? RowsPerPass { get; init; }

    /// <summary>Passes over each rollout.</summary>
    [Range(1, 100)]
    public int Epochs { get; init; } = 1;

    /// <summary>Longest completion in tokens.</summary>
    [Range(1, 131072)]
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Sampling temperature; the log-probabilities are those of this temperature.</summary>
    [Range(0.01, 10.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Learning rate of the policy at the first iteration; it falls linearly to 0 over the iterations.</summary>
    [Range(0.0, 1.0)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>
    /// Coefficient of the KL penalty against the reference policy, per nat. With scores of standard deviation 1 the best policy at
    /// coefficient b lies some 1 / (2 b^2) nats away, so small ones hold nothing within a short run.
    /// </summary>
    [Range(0.0, 100.0)]
    public double KlCoefficient { get; init; } = 0.1;

    /// <summary>
    /// KL per completion in nats: above it the coefficient rises, below it falls, but not under <see cref="MinKlCoefficient"/>. Null
    /// leaves the coefficient as it is.
    /// </summary>
    [Range(1e-3, 1e4)]
    public double? TargetSequenceKl { get; init; } = 7;

    /// <summary>Completions over which the coefficient adapts: it changes by at most a fifth per so many.</summary>
    [Range(1.0, 1e9)]
    public double KlHorizon { get; init; } = 256;

    /// <summary>
    /// The lowest coefficient that the target may lead to; null for <see cref="KlCoefficient"/>, which makes the target a bound: a policy
    /// that stays below it is not paid for going farther. 0 is the controller of Ziegler et al. 2019.
    /// </summary>
    [Range(0.0, 100.0)]
    public double? MinKlCoefficient { get; init; }

    /// <summary>Seconds that a reward program may take for one completion, a reward endpoint for one request.</summary>
    [Range(0.01, 86400.0)]
    public double RewardSeconds { get; init; } = 10;

    /// <summary>Address space of a reward program in MB; null for no limit.</summary>
    [Range(16, 1 << 20)]
    public int? RewardMegabytes { get; init; } = 1024;

    /// <summary>Further attempts when a reward endpoint does not answer, or answers that it is busy or broken.</summary>
    [Range(0, 100)]
    public int RewardRetries { get; init; } = 3;

    /// <summary>Score of a completion at which a program or an endpoint failed; null ends the run there.</summary>
    [Range(-1e6, 1e6)]
    public double? FailedRewardScore { get; init; }

    /// <summary>Scores beyond plus or minus this count as this; null clips nothing.</summary>
    [Range(0.01, 1e6)]
    public double? ScoreClip { get; init; } = 5;

    /// <summary>
    /// Taken off the score of a completion that did not end; 0 leaves it to the reward source, which sees where the text stops. Where the
    /// reference hardly ever ends within MaxNewTokens, 1 teaches to end as early as can be.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double MissingEndPenalty { get; init; }

    /// <summary>The probability ratio is clipped to 1 minus and plus this.</summary>
    [Range(0.001, 10.0)]
    public double ClipRange { get; init; } = 0.2;

    /// <summary>Weight of the policy's entropy, which is added to what is maximised.</summary>
    [Range(0.0, 10.0)]
    public double EntropyCoefficient { get; init; }

    /// <summary>
    /// Weight of the language-model loss on demonstrations, added to what is minimised in every step (PPO-ptx); 0 is off. With mean
    /// losses 0.1 to 1 is a beginning; the 27.8 of Ouyang et al. belongs to sums.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double PretrainingCoefficient { get; init; }

    /// <summary>Demonstrations per optimizer step for that loss.</summary>
    [Range(1, 65536)]
    public int PretrainingBatchSize { get; init; } = 32;

    /// <summary>
    /// Decay per iteration of a moving average of the policy's weights, which is then what comes out; null takes the last weights.
    /// Ouyang et al. 2022 use 0.992.
    /// </summary>
    [Range(0.0, 0.99999)]
    public double? AverageDecay { get; init; }

    /// <summary>Learning from a rollout stops when the policy has moved this far from the one that wrote it (approximate KL per token).</summary>
    [Range(1e-6, 1e6)]
    public double MaxApproximateKl { get; init; } = 0.2;

    /// <summary>Largest joint L2 norm of the gradients, of each model apart.</summary>
    [Range(1e-6, 1e6)]
    public double GradientClip { get; init; } = 1;

    /// <summary>Iterations between checkpoints.</summary>
    [Range(1, 100_000)]
    public int CheckpointIterations { get; init; } = 5;

    /// <summary>Seed of sampling and of the order of prompts and completions.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;
}
