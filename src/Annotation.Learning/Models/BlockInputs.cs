using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>What all blocks of one forward pass are given beside the hidden states.</summary>
/// <param name="Mask">Added to attention scores, (B or 1, 1, T, L); null when plain causal attention does.</param>
/// <param name="WindowMask">The same for layers with a sliding window.</param>
/// <param name="Cosines">Of the positions' angles, (B or 1, 1, T, hd); null where positions are not rotary.</param>
/// <param name="Sines">Of the positions' angles.</param>
/// <param name="Cache">The positions read before, or null.</param>
internal sealed record BlockInputs(Tensor? Mask, Tensor? WindowMask, Tensor? Cosines, Tensor? Sines, KeyValueCache? Cache)
{
    /// <summary>The tensors in the order of <see cref="With"/>.</summary>
    internal IReadOnlyList<Tensor?> Tensors => [Mask, WindowMask, Cosines, Sines];

    /// <summary>The same inputs in other tensors.</summary>
    internal BlockInputs With(IReadOnlyList<Tensor?> tensors) => new(tensors[0], tensors[1], tensors[2], tensors[3], Cache);
}
