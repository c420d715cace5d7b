using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Annotation.Learning.Models;

/// <summary>
/// Llama: RMSNorm before each part, rotary positions, grouped-query attention, SwiGLU, no biases (Touvron et al. 2023).
/// </summary>
internal sealed class Llama : LanguageModel
{
    private readonly Tensor _embedding; // (V, d)
    private readonly Tensor _norm; // (d)
    private readonly Tensor _output; // (V, d)
    private readonly Block[] _blocks;
    private readonly RotaryEmbedding _rotary;

    private Llama(LanguageModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
        : base(config, weights)
    {
        _embedding = weights["model.embed_tokens.weight"];
        _norm = weights["model.norm.weight"];
        _output = config.TieEmbeddings ? _embedding : weights["lm_head.weight"];
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new Block($"model.layers.{i}.", weights))];
        _rotary = new RotaryEmbedding(config, Device, ScalarType);
    }

    internal static Architecture Architecture { get; } =
        new("llama", LlamaConfig.Read, LlamaConfig.Write, LlamaConfig.Weights, (config, weights) => new Llama(config, weights))
        {
            IsComputed = name => name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal),
        };

    private protected override Tensor OutputWeight => _output;

    private protected override Tensor Forward(Tensor ids, Tensor? mask, Tensor? positionIds, KeyValueCache? cache)
    {
        var (cosines, sines) = _rotary.At(positionIds, cache?.Length ?? 0, ids.shape[1]);
        var x = EmbeddingTable.Rows(_embedding, ids); // (B, T, d)
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            var block = _blocks[layer];

            // Attention.
            var normed = Normalize(x, block.AttentionNorm);
            var queries = RotaryEmbedding.Turn(Attention.SplitHeads(linear(normed, block.Query), Config.Heads), cosines, sines);
            var keys = RotaryEmbedding.Turn(Attention.SplitHeads(linear(normed, block.Key), Config.KeyValueHeads), cosines, sines);
            var values = Attention.SplitHeads(linear(normed, block.Value), Config.KeyValueHeads);
            if (cache is not null)
            {
                (keys, values) = cache.Append(layer, keys, values);
            }

            x = x + linear(Attention.Run(queries, keys, values, mask), block.Output);

            // Feed-forward.
            normed = Normalize(x, block.FeedForwardNorm);
            x = x + linear(silu(linear(normed, block.Gate)) * linear(normed, block.Up), block.Down);
        }

        return Normalize(x, _norm);
    }

    private protected override void DisposeTables() => _rotary.Dispose();

    /// <summary>x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019, RMSNorm).</summary>
    private Tensor Normalize(Tensor x, Tensor weight) => x * x.square().mean([-1], keepdim: true).add(Config.NormEpsilon).rsqrt() * weight;

    private sealed class Block(string prefix, IReadOnlyDictionary<string, Tensor> weights)
    {
        internal Tensor AttentionNorm { get; } = weights[prefix + "input_layernorm.weight"];
        internal Tensor Query { get; } = weights[prefix + "self_attn.q_proj.weight"];
        internal Tensor Key { get; } = weights[prefix + "self_attn.k_proj.weight"];
        internal Tensor Value { get; } = weights[prefix + "self_attn.v_proj.weight"];
        internal Tensor Output { get; } = weights[prefix + "self_attn.o_proj.weight"];
        internal Tensor FeedForwardNorm { get; } = weights[prefix + "post_attention_layernorm.weight"];
        internal Tensor Gate { get; } = weights[prefix + "mlp.gate_proj.weight"];
        internal Tensor Up { get; } = weights[prefix + "mlp.up_proj.weight"];
        internal Tensor Down { get; } = weights[prefix + "mlp.down_proj.weight"];
    }
}
