using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Annotation.Learning.Models;

/// <summary>A projection of a model, x W^T + b, to which a low-rank adapter may be added.</summary>
/// <param name="name">Its name in the model, as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="weight">(out, in), or (in, out) when <paramref name="inputsFirst"/>.</param>
/// <param name="bias">(out), or null.</param>
/// <param name="inputsFirst">Whether the weight is stored (in, out), as GPT-2's are.</param>
internal sealed class LinearLayer(string name, Tensor weight, Tensor? bias, bool inputsFirst)
{
    internal string Name => name;

    internal string WeightName => name + ".weight";

    internal Tensor Weight => weight;

    internal bool InputsFirst => inputsFirst;

    internal long Inputs => weight.shape[inputsFirst ? 0 : 1];

    internal long Outputs => weight.shape[inputsFirst ? 1 : 0];

    /// <summary>What is learned beside the weight; null when there is none.</summary>
    internal LowRankUpdate? Update { get; set; }

    /// <summary>(…, in) to (…, out).</summary>
    internal Tensor Apply(Tensor x)
    {
        var result = linear(x, inputsFirst ? weight.t() : weight, bias);
        return Update is null ? result : result + Update.Apply(x);
    }
}
