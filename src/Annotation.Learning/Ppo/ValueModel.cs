using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Annotation.Learning.Ppo;

/// <summary>Predicts the return of a completion from each of its positions: a trunk of its own and a linear head.</summary>
internal sealed class ValueModel : IDisposable
{
    private readonly LanguageModel _trunk;
    private readonly Tensor _weight; // (1, d), at least float32
    private readonly Tensor _bias; // (1)

    private ValueModel(LanguageModel trunk, Tensor weight, Tensor bias)
    {
        _trunk = trunk;
        _weight = weight.requires_grad_().DetachFromDisposeScope();
        _bias = bias.requires_grad_().DetachFromDisposeScope();
    }

    /// <summary>
    /// A copy of a trunk with a head of zeros. The trunk is the reward model's (Stiennon et al. 2020, G.1: better than sharing the
    /// policy's), its head is not: it was trained at the end token only and is wrong by several standard deviations elsewhere.
    /// </summary>
    internal static ValueModel FromTrunk(LanguageModel trunk)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return new(
            trunk.Clone(),
            zeros([1, trunk.Config.HiddenSize], WideType.Of(trunk.ScalarType), trunk.Device),
            zeros(1, WideType.Of(trunk.ScalarType), trunk.Device)
        );
    }

    /// <summary>Everything that is trained, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights()
    {
        var weights = _trunk.Trainable.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        weights["head.weight"] = _weight;
        weights["head.bias"] = _bias;
        return weights;
    }

    /// <summary>The value before each token of the completions, (B, T).</summary>
    internal Tensor Values(CompletionBatch batch)
    {
        using var scope = NewDisposeScope();
        return functional.linear(batch.Select(_trunk).to(_weight.dtype), _weight, _bias).view(batch.Labels.shape).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _trunk.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }
}
