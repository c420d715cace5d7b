using Annotation.Learning.Models.Weights;

namespace Annotation.Learning.Models;

/// <summary>What a GPT-2's config.json says, and the weights that follow from it.</summary>
internal static class Gpt2Config
{
    internal static LanguageModelConfig Read(ConfigFile file)
    {
        file.Require("activation_function", "gelu_new", "gelu_new", "gelu_pytorch_tanh");
        file.RequireFalse("scale_attn_by_inverse_layer_idx");
        file.RequireFalse("add_cross_attention");
        file.RequireNull("quantization_config");
        if (!file.Flag("scale_attn_weights", true))
        {
            throw file.Refuse("scale_attn_weights", "is false; such models cannot be used");
        }

        var hidden = file.Count("n_embd");
        var heads = file.Count("n_head");
        if (hidden % heads != 0)
        {
            throw file.Refuse("n_head", $"is {heads}, which does not divide n_embd {hidden}");
        }

        if (!file.Flag("tie_word_embeddings", true))
        {
            throw file.Refuse("tie_word_embeddings", "is false; only GPT-2 models with a tied output layer can be used");
        }

        return new LanguageModelConfig
        {
            ModelType = "gpt2",
            VocabularySize = file.Count("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = file.Count("n_inner", 4 * hidden),
            Layers = file.Count("n_layer", largest: ConfigFile.MostLayers),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            ContextLength = file.Count("n_positions"),
            NormEpsilon = file.Number("layer_norm_epsilon", 1e-5),
            InitializerRange = file.Number("initializer_range", 0.02),
        };
    }

    internal static IReadOnlyDictionary<string, object?> Write(LanguageModelConfig config) =>
        new Dictionary<string, object?>
        {
            ["architectures"] = new[] { "GPT2LMHeadModel" },
            ["model_type"] = "gpt2",
            ["activation_function"] = "gelu_new",
            ["n_embd"] = config.HiddenSize,
            ["n_inner"] = config.IntermediateSize,
            ["n_layer"] = config.Layers,
            ["n_head"] = config.Heads,
            ["n_positions"] = config.ContextLength,
            ["n_ctx"] = config.ContextLength,
            ["vocab_size"] = config.VocabularySize,
            ["layer_norm_epsilon"] = config.NormEpsilon,
            ["initializer_range"] = config.InitializerRange,
            // No dropout was part of training here, so none should be turned on elsewhere by a default.
            ["attn_pdrop"] = 0.0,
            ["embd_pdrop"] = 0.0,
            ["resid_pdrop"] = 0.0,
            ["tie_word_embeddings"] = true,
        };

    internal static IReadOnlyList<WeightShape> Weights(LanguageModelConfig config)
    {
        var (d, f) = (config.HiddenSize, config.IntermediateSize);
        var deviation = config.InitializerRange;
        var residual = deviation / Math.Sqrt(2 * config.Layers);
        var weights = new List<WeightShape>
        {
            WeightShape.Normal("wte.weight", deviation, config.VocabularySize, d),
            WeightShape.Normal("wpe.weight", deviation, config.ContextLength, d),
        };
        for (var i = 0; i < config.Layers; i++)
        {
            var prefix = $"h.{i}.";
            weights.AddRange(Norm(prefix + "ln_1", d));
            weights.AddRange(Linear(prefix + "attn.c_attn", deviation, d, 3 * d));
            weights.AddRange(Linear(prefix + "attn.c_proj", residual, d, d));
            weights.AddRange(Norm(prefix + "ln_2", d));
            weights.AddRange(Linear(prefix + "mlp.c_fc", deviation, d, f));
            weights.AddRange(Linear(prefix + "mlp.c_proj", residual, f, d));
        }

        weights.AddRange(Norm("ln_f", d));
        return weights;
    }

    private static WeightShape[] Norm(string name, long size) =>
        [WeightShape.Constant(name + ".weight", 1, size), WeightShape.Constant(name + ".bias", 0, size)];

    private static WeightShape[] Linear(string name, double deviation, long inputs, long outputs) =>
        [WeightShape.Normal(name + ".weight", deviation, inputs, outputs), WeightShape.Constant(name + ".bias", 0, outputs)];
}
