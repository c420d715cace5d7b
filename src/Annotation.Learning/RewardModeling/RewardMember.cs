using Annotation.Learning.Models;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Annotation.Learning.RewardModeling;

/// <summary>One reward model of an ensemble: a trunk of its own and one linear head per criterion on the last real token.</summary>
public sealed class RewardMember : IDisposable
{
    internal RewardMember(LanguageModel trunk, Tensor headWeight, Tensor headBias, IReadOnlyList<ScoreNormalization> normalization)
    {
        (Trunk, HeadWeight, HeadBias, Normalization) = (
            trunk,
            headWeight.DetachFromDisposeScope(),
            headBias.DetachFromDisposeScope(),
            normalization
        );
    }

    /// <summary>The transformer without its output layer.</summary>
    public LanguageModel Trunk { get; }

    /// <summary>(C, d), at least float32 whatever the trunk's type: scores of half precision are too coarse to compare.</summary>
    public Tensor HeadWeight { get; }

    /// <summary>(C)</summary>
    public Tensor HeadBias { get; }

    /// <summary>Of each head.</summary>
    public IReadOnlyList<ScoreNormalization> Normalization { get; internal set; }

    /// <summary>
    /// A copy of a language model's trunk with fresh heads: weights of standard deviation 1/sqrt(d+1), bias 0 (Stiennon et al.
    /// 2020: variance 1/(d+1)).
    /// </summary>
    internal static RewardMember Create(LanguageModel init, int criteria, ulong seed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var size = init.Config.HiddenSize;
        var random = new SeededRandom(seed);
        var std = 1 / Math.Sqrt(size + 1);
        var drawn = Enumerable.Range(0, criteria * size).Select(_ => random.NextNormal() * std).ToArray();
        var wide = WideType.Of(init.ScalarType);
        var weight = tensor(drawn, [criteria, size], wide, init.Device);
        var bias = zeros(criteria, wide, init.Device);
        return new(init.Clone(), weight.requires_grad_(), bias.requires_grad_(), [.. Enumerable.Repeat(ScoreNormalization.None, criteria)]);
    }

    /// <summary>Everything that is trained, by name. The output layer of an untied trunk gets no gradient and stays.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights()
    {
        var weights = Trunk.Trainable.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        weights["head.weight"] = HeadWeight;
        weights["head.bias"] = HeadBias;
        return weights;
    }

    /// <summary>Raw scores, before normalisation: ids (B, W) and mask (B, W) padded on the right -> (B, C).</summary>
    public Tensor RawScore(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        // Pads on the right are seen by no real token, so the model needs no mask.
        var last = LastToken.Gather(Trunk.Hidden(ids), mask); // (B, d)
        return functional.linear(last.to(HeadWeight.dtype), HeadWeight, HeadBias).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Trunk.Dispose();
        HeadWeight.Dispose();
        HeadBias.Dispose();
    }
}
