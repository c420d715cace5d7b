using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>Generalised advantage estimation.</summary>
public static class Advantages
{
    /// <summary>
    /// delta_t = r_t + gamma V_(t+1) - V_t and A_t = delta_t + gamma lambda A_(t+1) over the real tokens of each row, returns
    /// R_t = A_t + V_t. The value after the last real token is 0, also for a row cut off by length. Masked positions are
    /// skipped as if they were not there, so a mask may have holes. All (B, T); 0 at masked positions.
    /// Source: Schulman et al. 2016, eq. 16; holes as in verl.
    /// </summary>
    public static (Tensor Advantages, Tensor Returns) Estimate(Tensor rewards, Tensor values, Tensor mask, double gamma, double lambda)
    {
        using var scope = NewDisposeScope();
        var real = mask.ne(0);
        var width = (int)rewards.shape[1];
        var columns = new Tensor[width];
        var nextValue = zeros_like(rewards.select(1, 0));
        var nextAdvantage = zeros_like(nextValue);
        for (var t = width - 1; t >= 0; t--)
        {
            var value = values.select(1, t);
            var advantage = rewards.select(1, t) + nextValue * gamma - value + nextAdvantage * (gamma * lambda);
            var here = real.select(1, t);
            nextValue = where(here, value, nextValue);
            nextAdvantage = where(here, advantage, nextAdvantage);
            columns[t] = advantage;
        }
        var advantages = stack(columns, 1).masked_fill(real.logical_not(), 0);
        var returns = (advantages + values).masked_fill(real.logical_not(), 0);
        return (advantages.MoveToOuterDisposeScope(), returns.MoveToOuterDisposeScope());
    }
}
