using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Rloo;

/// <summary>The loss of RLOO, in TRL's form: the ratio is that of whole completions.</summary>
public static class RlooLoss
{
    /// <summary>
    /// max(-A r, -A clip(r, 1 - c, 1 + c)) with r = exp(sum of log pi - sum of log pi_old) over real tokens, and where the clipped one
    /// was larger. logp, oldLogp, mask (B, T), advantages (B) -> (B). At r = 1 its gradient is -A times that of the completion's
    /// log-probability: REINFORCE.
    /// </summary>
    public static (Tensor Loss, Tensor Clipped) PerCompletion(Tensor logp, Tensor oldLogp, Tensor advantages, Tensor mask, double clip)
    {
        using var scope = NewDisposeScope();
        var (loss, clipped, _) = PolicyLoss.PerToken(
            Masked.Zeroed(logp, mask).sum(1),
            Masked.Zeroed(oldLogp, mask).sum(1),
            advantages,
            clip,
            clip
        );
        return (loss.MoveToOuterDisposeScope(), clipped.MoveToOuterDisposeScope());
    }
}
