using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Annotation.Learning.Models;

/// <summary>
/// GPT-2: LayerNorm before each part, learned positions, GELU in its tanh form, biases, output tied to the embedding
/// (Radford et al. 2019). Linear weights are stored (in, out).
/// </summary>
internal sealed class Gpt2 : LanguageModel
{
    private readonly Tensor _embedding; // (V, d)
    private readonly Tensor _positions; // (context, d)
    private readonly BlockWeights[] _blocks;
    private readonly Norm _norm;

    private Gpt2(LanguageModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
        : base(config, weights)
    {
        _embedding = weights["wte.weight"];
        _positions = weights["wpe.weight"];
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new BlockWeights($"h.{i}.", this))];
        _norm = new Norm("ln_f", weights);
    }

    internal static Architecture Architecture { get; } =
        new("gpt2", Gpt2Config.Read, Gpt2Config.Write, Gpt2Config.Weights, (config, weights) => new Gpt2(config, weights))
        {
            NamePrefix = "transformer.",
            IsComputed = name =>
                name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal),
        };

    private protected override Tensor OutputWeight => _embedding;

    private protected override Tensor Embed(Tensor ids, Tensor? positionIds, int past)
    {
        var positions = positionIds is null ? _positions.narrow(0, past, ids.shape[1]) : EmbeddingTable.Rows(_positions, positionIds);
        return EmbeddingTable.Rows(_embedding, ids) + positions;
    }

    private protected override Tensor Block(int layer, Tensor x, BlockInputs inputs)
    {
        // Attention.
        var weights = _blocks[layer];
        var parts = weights.Attention.Apply(Normalize(x, weights.AttentionNorm)).chunk(3, -1);
        var queries = Attention.SplitHeads(parts[0], Config.Heads);
        var keys = Attention.SplitHeads(parts[1], Config.Heads);
        var values = Attention.SplitHeads(parts[2], Config.Heads);
        if (inputs.Cache is not null)
        {
            (keys, values) = inputs.Cache.Append(layer, keys, values);
        }

        x = x + weights.Output.Apply(Attention.Run(queries, keys, values, Mask(layer, inputs)));

        // Feed-forward.
        return x + weights.Down.Apply(weights.Up.Apply(Normalize(x, weights.FeedForwardNorm)).gelu(GELU.Approximate.tanh));
    }

    private protected override Tensor FinalNorm(Tensor x) => Normalize(x, _norm);

    private Tensor Normalize(Tensor x, Norm norm) => layer_norm(x, [Config.HiddenSize], norm.Weight, norm.Bias, Config.NormEpsilon);

    private sealed class Norm(string name, IReadOnlyDictionary<string, Tensor> weights)
    {
        internal Tensor Weight { get; } = weights[name + ".weight"];
        internal Tensor Bias { get; } = weights[name + ".bias"];
    }

    private sealed class BlockWeights(string prefix, Gpt2 model)
    {
        internal Norm AttentionNorm { get; } = new(prefix + "ln_1", model.Weights);
        internal LinearLayer Attention { get; } = model.Linear(prefix + "attn.c_attn", inputsFirst: true);
        internal LinearLayer Output { get; } = model.Linear(prefix + "attn.c_proj", inputsFirst: true);
        internal Norm FeedForwardNorm { get; } = new(prefix + "ln_2", model.Weights);
        internal LinearLayer Up { get; } = model.Linear(prefix + "mlp.c_fc", inputsFirst: true);
        internal LinearLayer Down { get; } = model.Linear(prefix + "mlp.c_proj", inputsFirst: true);
    }
}
