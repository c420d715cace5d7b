using Annotation.Learning.Models.Positions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Annotation.Learning.Models;

/// <summary>
/// Llama and its kin: RMSNorm before each part, rotary positions, grouped-query attention, SwiGLU (Touvron et al. 2023). Biases,
/// norms of queries and keys, and a sliding window where the config has them (Mistral, Qwen2, Qwen3).
/// </summary>
internal sealed class Llama : LanguageModel
{
    private readonly Tensor _embedding; // (V, d)
    private readonly Tensor _norm; // (d)
    private readonly Tensor _output; // (V, d)
    private readonly BlockWeights[] _blocks;
    private readonly RotaryEmbedding _rotary;

    private Llama(LanguageModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
        : base(config, weights)
    {
        _embedding = weights["model.embed_tokens.weight"];
        _norm = weights["model.norm.weight"];
        _output = config.TieEmbeddings ? _embedding : weights["lm_head.weight"];
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new BlockWeights($"model.layers.{i}.", this))];
        _rotary = new RotaryEmbedding(config, Device, ScalarType);
    }

    internal static IEnumerable<Architecture> Architectures { get; } =
        LlamaFamily.All.Select(family => new Architecture(
            family.ModelType,
            file => LlamaConfig.Read(file, family),
            config => LlamaConfig.Write(config, family),
            LlamaConfig.Weights,
            (config, weights) => new Llama(config, weights)
        )
        {
            IsComputed = name => name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal),
        });

    private protected override Tensor OutputWeight => _output;

    private protected override Tensor Embed(Tensor ids, Tensor? positionIds, int past) => EmbeddingTable.Rows(_embedding, ids);

    private protected override (Tensor Cosines, Tensor Sines)? Angles(Tensor? positionIds, int past, long count, long bound) =>
        _rotary.At(positionIds, past, count, bound);

    private protected override Tensor Block(int layer, Tensor x, BlockInputs inputs)
    {
        // Attention.
        var weights = _blocks[layer];
        var normed = Normalize(x, weights.AttentionNorm);
        var queries = Attention.SplitHeads(weights.Query.Apply(normed), Config.Heads);
        var keys = Attention.SplitHeads(weights.Key.Apply(normed), Config.KeyValueHeads);
        var values = Attention.SplitHeads(weights.Value.Apply(normed), Config.KeyValueHeads);
        if (weights.QueryNorm is not null)
        {
            (queries, keys) = (Normalize(queries, weights.QueryNorm), Normalize(keys, weights.KeyNorm!));
        }

        queries = RotaryEmbedding.Turn(queries, inputs.Cosines!, inputs.Sines!);
        keys = RotaryEmbedding.Turn(keys, inputs.Cosines!, inputs.Sines!);
        if (inputs.Cache is not null)
        {
            (keys, values) = inputs.Cache.Append(layer, keys, values);
        }

        x = x + weights.Output.Apply(Attention.Run(queries, keys, values, Mask(layer, inputs)));

        // Feed-forward.
        normed = Normalize(x, weights.FeedForwardNorm);
        return x + weights.Down.Apply(silu(weights.Gate.Apply(normed)) * weights.Up.Apply(normed));
    }

    private protected override Tensor FinalNorm(Tensor x) => Normalize(x, _norm);

    private protected override void DisposeTables() => _rotary.Dispose();

    /// <summary>x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019, RMSNorm); the mean of half-precision numbers in float32.</summary>
    private Tensor Normalize(Tensor x, Tensor weight)
    {
        var wide = x.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x.to(ScalarType.Float32) : x;
        var normed = wide * wide.square().mean([-1], keepdim: true).add(Config.NormEpsilon).rsqrt();
        return (wide.dtype == x.dtype ? normed : normed.to(x.dtype)) * weight;
    }

    private sealed class BlockWeights(string prefix, Llama model)
    {
        internal Tensor AttentionNorm { get; } = model.Weights[prefix + "input_layernorm.weight"];
        internal LinearLayer Query { get; } = model.Linear(prefix + "self_attn.q_proj");
        internal LinearLayer Key { get; } = model.Linear(prefix + "self_attn.k_proj");
        internal LinearLayer Value { get; } = model.Linear(prefix + "self_attn.v_proj");
        internal Tensor? QueryNorm { get; } = model.Weights.GetValueOrDefault(prefix + "self_attn.q_norm.weight"); // (hd)
        internal Tensor? KeyNorm { get; } = model.Weights.GetValueOrDefault(prefix + "self_attn.k_norm.weight"); // (hd)
        internal LinearLayer Output { get; } = model.Linear(prefix + "self_attn.o_proj");
        internal Tensor FeedForwardNorm { get; } = model.Weights[prefix + "post_attention_layernorm.weight"];
        internal LinearLayer Gate { get; } = model.Linear(prefix + "mlp.gate_proj");
        internal LinearLayer Up { get; } = model.Linear(prefix + "mlp.up_proj");
        internal LinearLayer Down { get; } = model.Linear(prefix + "mlp.down_proj");
    }
}
