using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>
/// What makes PPO, RLOO and GRPO different from each other: how a rollout becomes advantages, and the loss of a minibatch. Lives as
/// long as one run.
/// </summary>
internal abstract class PolicyObjective : IDisposable
{
    /// <summary>Completions written for each prompt of a rollout; they stand together.</summary>
    internal virtual int CompletionsPerPrompt => 1;

    /// <summary>Whether a pass counts by its tokens in a minibatch, or by its completions.</summary>
    internal abstract bool WeighsByTokens { get; }

    /// <summary>What is trained beside the policy, by name.</summary>
    internal virtual IEnumerable<(string Name, Tensor Value)> OwnWeights => [];

    /// <summary>Whether the policy learns in this iteration.</summary>
    internal virtual bool PolicyLearns(int iteration) => true;

    /// <summary>The rollout with its advantages, and metrics of them. Tensors live in the caller's dispose scope; no gradients.</summary>
    internal abstract Experience Weigh(Experience measured, double klCoefficient, Dictionary<string, double> metrics, CancellationToken ct);

    /// <summary>The loss of some completions, a scalar mean, where its clip bound, and the probability ratio that it clips, (B, T).</summary>
    /// <param name="logp">Of the policy being trained, (B, T).</param>
    /// <param name="part">The completions.</param>
    /// <param name="klCoefficient">Of the penalty, where it is part of the loss.</param>
    internal abstract (Tensor Loss, Tensor Clipped, Tensor Ratio) Loss(Tensor logp, Experience part, double klCoefficient);

    /// <summary>A step of what is trained beside the policy.</summary>
    internal virtual void LearnBeside(IReadOnlyList<Experience> passes, PolicyGradientState state, MinibatchMetrics seen) { }

    /// <summary>Ends the run when what is trained beside the policy learned nothing in an iteration.</summary>
    /// <exception cref="Training.TrainingDivergedException">It did not.</exception>
    internal virtual void CheckLearned(int iteration, MinibatchMetrics seen) { }

    /// <inheritdoc/>
    public virtual void Dispose() { }
}
