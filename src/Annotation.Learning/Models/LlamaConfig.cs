namespace Annotation.Learning.Models;

/// <summary>What a Llama's config.json says, and the weights that follow from it.</summary>
internal static class LlamaConfig
{
    internal static LanguageModelConfig Read(ConfigFile file)
    {
        file.Require("hidden_act", "silu", "silu");
        file.RequireFalse("attention_bias");
        file.RequireFalse("mlp_bias");
        file.RequireNull("rope_scaling");
        var heads = file.Count("num_attention_heads");
        var hidden = file.Count("hidden_size");
        var shared = file.Count("num_key_value_heads", heads);
        if (heads % shared != 0)
        {
            throw file.Refuse("num_key_value_heads", $"is {shared}, which does not divide num_attention_heads {heads}");
        }

        var size = file.Count("head_dim", hidden / heads);
        if (size % 2 != 0)
        {
            throw file.Refuse("head_dim", $"is {size}; rotary positions need an even number");
        }

        return new LanguageModelConfig
        {
            ModelType = "llama",
            VocabularySize = file.Count("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = file.Count("intermediate_size"),
            Layers = file.Count("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = shared,
            HeadSize = size,
            ContextLength = file.Count("max_position_embeddings"),
            NormEpsilon = file.Number("rms_norm_eps", 1e-6),
            RopeTheta = file.RopeTheta(),
            TieEmbeddings = file.Flag("tie_word_embeddings", false),
            InitializerRange = file.Number("initializer_range", 0.02),
        };
    }

    internal static IReadOnlyDictionary<string, object> Write(LanguageModelConfig config) =>
        new Dictionary<string, object>
        {
            ["architectures"] = new[] { "LlamaForCausalLM" },
            ["model_type"] = "llama",
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
            ["attention_bias"] = false,
            ["mlp_bias"] = false,
            ["tie_word_embeddings"] = config.TieEmbeddings,
            ["initializer_range"] = config.InitializerRange,
        };

    internal static IReadOnlyList<WeightShape> Weights(LanguageModelConfig config)
    {
        var (d, f, v) = (config.HiddenSize, config.IntermediateSize, config.VocabularySize);
        var (q, kv) = (config.Heads * config.HeadSize, config.KeyValueHeads * config.HeadSize);
        var deviation = config.InitializerRange;
        var residual = deviation / Math.Sqrt(2 * config.Layers);
        var weights = new List<WeightShape> { WeightShape.Normal("model.embed_tokens.weight", deviation, v, d) };
        for (var i = 0; i < config.Layers; i++)
        {
            var prefix = $"model.layers.{i}.";
            weights.AddRange([
                WeightShape.Constant(prefix + "input_layernorm.weight", 1, d),
                WeightShape.Normal(prefix + "self_attn.q_proj.weight", deviation, q, d),
                WeightShape.Normal(prefix + "self_attn.k_proj.weight", deviation, kv, d),
                WeightShape.Normal(prefix + "self_attn.v_proj.weight", deviation, kv, d),
                WeightShape.Normal(prefix + "self_attn.o_proj.weight", residual, d, q),
                WeightShape.Constant(prefix + "post_attention_layernorm.weight", 1, d),
                WeightShape.Normal(prefix + "mlp.gate_proj.weight", deviation, f, d),
                WeightShape.Normal(prefix + "mlp.up_proj.weight", deviation, f, d),
                WeightShape.Normal(prefix + "mlp.down_proj.weight", residual, d, f),
            ]);
        }

        weights.Add(WeightShape.Constant("model.norm.weight", 1, d));
        if (!config.TieEmbeddings)
        {
            weights.Add(WeightShape.Normal("lm_head.weight", deviation, v, d));
        }

        return weights;
    }
}
