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
    private readonly Block[] _blocks;
    private readonly Norm _norm;

    private Gpt2(LanguageModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
        : base(config, weights)
    {
        _embedding = weights["wte.weight"];
        _positions = weights["wpe.weight"];
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new Block($"h.{i}.", weights))];
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

    private protected override Tensor Forward(Tensor ids, Tensor? mask, Tensor? positionIds, KeyValueCache? cache)
    {
        var positions = positionIds is null
            ? _positions.narrow(0, cache?.Length ?? 0, ids.shape[1])
            : EmbeddingTable.Rows(_positions, positionIds);
        var x = EmbeddingTable.Rows(_embedding, ids) + positions; // (B, T, d)
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            var block = _blocks[layer];

            // Attention.
            var parts = block.Attention.Apply(Normalize(x, block.AttentionNorm)).chunk(3, -1);
            var queries = Attention.SplitHeads(parts[0], Config.Heads);
            var keys = Attention.SplitHeads(parts[1], Config.Heads);
            var values = Attention.SplitHeads(parts[2], Config.Heads);
            if (cache is not null)
            {
                (keys, values) = cache.Append(layer, keys, values);
            }

            x = x + block.Output.Apply(Attention.Run(queries, keys, values, mask));

            // Feed-forward.
            x = x + block.Down.Apply(block.Up.Apply(Normalize(x, block.FeedForwardNorm)).gelu(GELU.Approximate.tanh));
        }

        return Normalize(x, _norm);
    }

    private Tensor Normalize(Tensor x, Norm norm) => layer_norm(x, [Config.HiddenSize], norm.Weight, norm.Bias, Config.NormEpsilon);

    private sealed class Norm(string name, IReadOnlyDictionary<string, Tensor> weights)
    {
        internal Tensor Weight { get; } = weights[name + ".weight"];
        internal Tensor Bias { get; } = weights[name + ".bias"];
    }

    private sealed class Linear(string name, IReadOnlyDictionary<string, Tensor> weights)
    {
        private readonly Tensor _weight = weights[name + ".weight"]; // (in, out)
        private readonly Tensor _bias = weights[name + ".bias"];

        internal Tensor Apply(Tensor x) => linear(x, _weight.t(), _bias);
    }

    private sealed class Block(string prefix, IReadOnlyDictionary<string, Tensor> weights)
    {
        internal Norm AttentionNorm { get; } = new(prefix + "ln_1", weights);
        internal Linear Attention { get; } = new(prefix + "attn.c_attn", weights);
        internal Linear Output { get; } = new(prefix + "attn.c_proj", weights);
        internal Norm FeedForwardNorm { get; } = new(prefix + "ln_2", weights);
        internal Linear Up { get; } = new(prefix + "mlp.c_fc", weights);
        internal Linear Down { get; } = new(prefix + "mlp.c_proj", weights);
    }
}
