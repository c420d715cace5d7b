using Annotation.Learning.Models.Positions;
using Annotation.Learning.Models.Weights;

namespace Annotation.Learning.Models;

/// <summary>What the config.json of a Llama or one of its kin says, and the weights that follow from it.</summary>
internal static class LlamaConfig
{
    internal static LanguageModelConfig Read(ConfigFile file, LlamaFamily family)
    {
        file.Require("hidden_act", "silu", "silu");
        file.RequireNull("quantization_config");
        if (file.Number("partial_rotary_factor", 1) != 1)
        {
            throw file.Refuse("partial_rotary_factor", "is not 1; such models cannot be used");
        }

        var heads = file.Count("num_attention_heads");
        var hidden = file.Count("hidden_size");
        var shared = file.Count("num_key_value_heads", heads);
        if (heads % shared != 0)
        {
            throw file.Refuse("num_key_value_heads", $"is {shared}, which does not divide num_attention_heads {heads}");
        }

        var size = file.Count("head_dim", family.HeadSize ?? Math.Max(1, hidden / heads));
        if (size % 2 != 0)
        {
            throw file.Refuse("head_dim", $"is {size}; rotary positions need an even number");
        }

        return family.Peculiar(
            file,
            new LanguageModelConfig
            {
                ModelType = family.ModelType,
                VocabularySize = file.Count("vocab_size"),
                HiddenSize = hidden,
                IntermediateSize = file.Count("intermediate_size"),
                Layers = file.Count("num_hidden_layers", largest: ConfigFile.MostLayers),
                Heads = heads,
                KeyValueHeads = shared,
                HeadSize = size,
                ContextLength = file.Count("max_position_embeddings"),
                NormEpsilon = file.Number("rms_norm_eps", 1e-6),
                RopeTheta = file.RopeTheta(),
                RopeScaling = RopeScaling.Read(file),
                TieEmbeddings = file.Flag("tie_word_embeddings", false),
                InitializerRange = file.Number("initializer_range", 0.02),
            }
        );
    }

    internal static IReadOnlyDictionary<string, object?> Write(LanguageModelConfig config, LlamaFamily family)
    {
        var fields = new Dictionary<string, object?>
        {
            ["architectures"] = new[] { family.ClassName },
            ["model_type"] = family.ModelType,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadSize,
            ["vocab_size"] = config.VocabularySize,
            ["max_position_embeddings"] = config.ContextLength,
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_theta"] = config.RopeTheta,
            ["rope_scaling"] = config.RopeScaling?.Write(),
            ["attention_dropout"] = 0.0,
            ["tie_word_embeddings"] = config.TieEmbeddings,
            ["initializer_range"] = config.InitializerRange,
        };
        foreach (var (name, value) in family.Write(config))
        {
            fields[name] = value;
        }

        return fields;
    }

    internal static IReadOnlyList<WeightShape> Weights(LanguageModelConfig config)
    {
        var (d, f, v) = (config.HiddenSize, config.IntermediateSize, config.VocabularySize);
        var deviation = config.InitializerRange;
        var weights = new List<WeightShape> { WeightShape.Normal("model.embed_tokens.weight", deviation, v, d) };
        for (var i = 0; i < config.Layers; i++)
        {
            var prefix = $"model.layers.{i}.";
            weights.Add(WeightShape.Constant(prefix + "input_layernorm.weight", 1, d));
            weights.AddRange(Attention(prefix + "self_attn.", config));
            weights.Add(WeightShape.Constant(prefix + "post_attention_layernorm.weight", 1, d));
            weights.AddRange(Linear(prefix + "mlp.gate_proj", deviation, f, d, config.FeedForwardBias));
            weights.AddRange(Linear(prefix + "mlp.up_proj", deviation, f, d, config.FeedForwardBias));
            weights.AddRange(Linear(prefix + "mlp.down_proj", Residual(config), d, f, config.FeedForwardBias));
        }

        weights.Add(WeightShape.Constant("model.norm.weight", 1, d));
        if (!config.TieEmbeddings)
        {
            weights.Add(WeightShape.Normal("lm_head.weight", deviation, v, d));
        }

        return weights;
    }

    private static List<WeightShape> Attention(string prefix, LanguageModelConfig config)
    {
        var (d, deviation, bias) = (config.HiddenSize, config.InitializerRange, config.QueryKeyValueBias);
        // In 64 bits, because a hostile config's product does not fit 32.
        var (q, kv) = ((long)config.Heads * config.HeadSize, (long)config.KeyValueHeads * config.HeadSize);
        List<WeightShape> weights =
        [
            .. Linear(prefix + "q_proj", deviation, q, d, bias),
            .. Linear(prefix + "k_proj", deviation, kv, d, bias),
            .. Linear(prefix + "v_proj", deviation, kv, d, bias),
            .. Linear(prefix + "o_proj", Residual(config), d, q, config.AttentionOutputBias),
        ];
        if (config.QueryKeyNorm)
        {
            weights.Add(WeightShape.Constant(prefix + "q_norm.weight", 1, config.HeadSize));
            weights.Add(WeightShape.Constant(prefix + "k_norm.weight", 1, config.HeadSize));
        }

        return weights;
    }

    private static double Residual(LanguageModelConfig config) => config.InitializerRange / Math.Sqrt(2 * config.Layers);

    private static WeightShape[] Linear(string name, double deviation, long outputs, long inputs, bool bias) =>
        bias
            ? [WeightShape.Normal(name + ".weight", deviation, outputs, inputs), WeightShape.Constant(name + ".bias", 0, outputs)]
            : [WeightShape.Normal(name + ".weight", deviation, outputs, inputs)];
}
