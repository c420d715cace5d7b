using System.ComponentModel.DataAnnotations;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>By what a group's centred rewards are divided.</summary>
public enum GroupScale
{
    /// <summary>By the standard deviation of the group (GRPO, Shao et al. 2024).</summary>
    Group,

    /// <summary>By the standard deviation of the whole batch.</summary>
    Batch,

    /// <summary>By nothing (Dr. GRPO, Liu et al. 2025).</summary>
    None,
}

/// <summary>Advantages that take the other completions of the same prompt as the baseline: rewards (P, K) -> (P, K), no value model.</summary>
public static class GroupAdvantages
{
    /// <summary>RLOO: each reward minus the mean of the other K - 1 (Ahmadian et al. 2024).</summary>
    public static Tensor LeaveOneOut(Tensor rewards)
    {
        using var scope = NewDisposeScope();
        var k = rewards.shape[1];
        var others = (rewards.sum(1, keepdim: true) - rewards) / (k - 1);
        return (rewards - others).MoveToOuterDisposeScope();
    }

    /// <summary>GRPO: each reward minus its group's mean, over the unbiased standard deviation plus <paramref name="epsilon"/>.</summary>
    public static Tensor Centered(Tensor rewards, GroupScale scale, double epsilon = 1e-4)
    {
        using var scope = NewDisposeScope();
        var centred = rewards - rewards.mean([1], keepdim: true);
        var advantages = scale switch
        {
            GroupScale.Group => centred / (rewards.std(1, unbiased: true, keepdim: true) + epsilon),
            GroupScale.Batch => centred / (rewards.std(unbiased: true) + epsilon),
            GroupScale.None => centred,
        };
        return advantages.MoveToOuterDisposeScope();
    }

    /// <summary>Advantages minus their mean over the unbiased standard deviation of the whole batch plus <paramref name="epsilon"/>.</summary>
    public static Tensor Standardized(Tensor advantages, double epsilon = 1e-4)
    {
        using var scope = NewDisposeScope();
        return ((advantages - advantages.mean()) / (advantages.std(unbiased: true) + epsilon)).MoveToOuterDisposeScope();
    }

    /// <summary>A group of K is one prompt's completions; a rollout must hold whole groups.</summary>
    internal static IEnumerable<ValidationResult> CheckSizes(int rolloutSize, int completionsPerPrompt)
    {
        if (rolloutSize % completionsPerPrompt != 0)
        {
            yield return new(
                $"{rolloutSize} is not a multiple of CompletionsPerPrompt ({completionsPerPrompt}).",
                [nameof(PolicyGradientSettings.RolloutSize)]
            );
        }
    }

    /// <summary>The same advantage at every real token of a completion: (P, K) and mask (P * K, T) -> (P * K, T).</summary>
    internal static Tensor PerToken(Tensor advantages, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Masked.Zeroed(advantages.reshape(-1, 1).expand(mask.shape), mask).MoveToOuterDisposeScope();
    }

    /// <summary>Mean and standard deviation of the advantages, and the share of groups whose rewards are all equal: they teach nothing.</summary>
    internal static void Describe(Dictionary<string, double> metrics, Tensor rewards, Tensor advantages)
    {
        using var scope = NewDisposeScope();
        var flat = (rewards.amax([1]) - rewards.amin([1])).lt(1e-6);
        MinibatchMetrics.Read(
            metrics,
            ("advantage", advantages.mean()),
            ("advantageStd", advantages.std(unbiased: false)),
            ("flatGroups", flat.to(rewards.dtype).mean())
        );
    }
}
