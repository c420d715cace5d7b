using static TorchSharp.torch;

namespace Annotation.Learning.GroupBaselines;

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
}
