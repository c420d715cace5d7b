using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Annotation.Learning.Dpo;

/// <summary>Which function of the implicit reward margin is minimised.</summary>
public enum DpoLossKind
{
    /// <summary>-log sigmoid(beta h), with label smoothing as in conservative DPO (Rafailov et al. 2023; Mitchell 2023).</summary>
    Sigmoid,

    /// <summary>Unbiased under flipped labels: ((1-e) l(h) - e l(-h)) / (1 - 2e) (Chowdhury et al. 2024).</summary>
    Robust,

    /// <summary>max(0, 1 - beta h) (SLiC, Zhao et al. 2023).</summary>
    Hinge,

    /// <summary>(h - 1/(2 beta))^2 (Azar et al. 2023).</summary>
    Ipo,
}

/// <summary>Direct preference optimisation: the loss on summed log-probabilities of completions. All tensors (N), nats.</summary>
public static class DpoLoss
{
    /// <summary>Loss of each pair, h = (policy - reference of the chosen) - (policy - reference of the rejected).</summary>
    public static Tensor PerPair(
        Tensor policyChosen,
        Tensor policyRejected,
        Tensor referenceChosen,
        Tensor referenceRejected,
        double beta,
        double labelSmoothing = 0,
        DpoLossKind kind = DpoLossKind.Sigmoid
    )
    {
        using var scope = NewDisposeScope();
        var h = policyChosen - referenceChosen - (policyRejected - referenceRejected);
        var right = functional.softplus(h * -beta); // -log sigmoid(beta h)
        var wrong = functional.softplus(h * beta);
        var losses = kind switch
        {
            DpoLossKind.Sigmoid => right * (1 - labelSmoothing) + wrong * labelSmoothing,
            DpoLossKind.Robust => (right * (1 - labelSmoothing) - wrong * labelSmoothing) / (1 - 2 * labelSmoothing),
            DpoLossKind.Hinge => (1 - h * beta).clamp_min(0),
            DpoLossKind.Ipo => (h - 1 / (2 * beta)).square(),
        };
        return losses.MoveToOuterDisposeScope();
    }

    /// <summary>The reward DPO implies for a completion: beta * (policy - reference). (N)</summary>
    public static Tensor ImplicitReward(Tensor policy, Tensor reference, double beta)
    {
        using var scope = NewDisposeScope();
        return ((policy - reference) * beta).MoveToOuterDisposeScope();
    }
}
