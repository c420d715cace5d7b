namespace Annotation.Learning.Models;

/// <summary>What sets a member of the Llama family apart in its config.json.</summary>
/// <param name="ModelType">The config's <c>model_type</c>.</param>
/// <param name="ClassName">The class that Hugging Face's transformers loads it with.</param>
/// <param name="Peculiar">Reads the family's own fields into the config.</param>
internal sealed record LlamaFamily(string ModelType, string ClassName, Func<ConfigFile, LanguageModelConfig, LanguageModelConfig> Peculiar)
{
    private const string Windowed = "sliding_attention";
    private const string Full = "full_attention";

    internal static IReadOnlyList<LlamaFamily> All { get; } =
    [
        new("llama", "LlamaForCausalLM", Llama),
        new("mistral", "MistralForCausalLM", Mistral),
        new("qwen2", "Qwen2ForCausalLM", Qwen2),
        new("qwen3", "Qwen3ForCausalLM", Qwen3) { HeadSize = 128 },
    ];

    /// <summary>Size of a head where the config does not say; null for the hidden size by the heads.</summary>
    internal int? HeadSize { get; init; }

    /// <summary>The fields of config.json that only this family has.</summary>
    internal IReadOnlyDictionary<string, object?> Write(LanguageModelConfig config)
    {
        var fields = new Dictionary<string, object?>();
        if (ModelType is "llama" or "qwen3")
        {
            fields["attention_bias"] = config.AttentionOutputBias;
        }
        if (ModelType == "llama")
        {
            fields["mlp_bias"] = config.FeedForwardBias;
            return fields;
        }
        fields["sliding_window"] = config.SlidingWindow;
        if (ModelType != "mistral")
        {
            fields["use_sliding_window"] = config.SlidingWindow is not null;
            // Layers from this one on have the window; layer_types says the same, layer by layer.
            fields["max_window_layers"] = Enumerable.Range(0, config.Layers).TakeWhile(i => config.WindowOf(i) is null).Count();
            fields["layer_types"] = Enumerable.Range(0, config.Layers).Select(i => config.WindowOf(i) is null ? Full : Windowed).ToArray();
        }
        return fields;
    }

    private static LanguageModelConfig Llama(ConfigFile file, LanguageModelConfig config) =>
        config with
        {
            QueryKeyValueBias = file.Flag("attention_bias", false),
            AttentionOutputBias = file.Flag("attention_bias", false),
            FeedForwardBias = file.Flag("mlp_bias", false),
        };

    /// <summary>The window is 4096 unless the file says another or, with null, none (transformers' MistralConfig).</summary>
    private static LanguageModelConfig Mistral(ConfigFile file, LanguageModelConfig config)
    {
        var window =
            file.Has("sliding_window") ? file.Count("sliding_window")
            : file.Names("sliding_window") ? (int?)null
            : 4096;
        return config with { SlidingWindow = window, WindowedLayers = window is null ? null : LayerTypes(file, config) };
    }

    /// <summary>Biases on queries, keys and values, not on the output (Yang et al. 2024).</summary>
    private static LanguageModelConfig Qwen2(ConfigFile file, LanguageModelConfig config) =>
        QwenWindow(file, config) with
        {
            QueryKeyValueBias = true,
        };

    /// <summary>Norms of query and key heads, no biases unless asked for (Yang et al. 2025).</summary>
    private static LanguageModelConfig Qwen3(ConfigFile file, LanguageModelConfig config) =>
        QwenWindow(file, config) with
        {
            QueryKeyNorm = true,
            QueryKeyValueBias = file.Flag("attention_bias", false),
            AttentionOutputBias = file.Flag("attention_bias", false),
        };

    private static LanguageModelConfig QwenWindow(ConfigFile file, LanguageModelConfig config)
    {
        if (!file.Flag("use_sliding_window", false) || !file.Has("sliding_window"))
        {
            return config;
        }

        var first = file.Number("max_window_layers", config.Layers, allowZero: true);
        var layers = LayerTypes(file, config) ?? [.. Enumerable.Range(0, config.Layers).Select(i => i >= first)];
        return layers.Contains(true) ? config with { SlidingWindow = file.Count("sliding_window"), WindowedLayers = layers } : config;
    }

    private static List<bool>? LayerTypes(ConfigFile file, LanguageModelConfig config)
    {
        if (file.Texts("layer_types") is not { } types)
        {
            return null;
        }
        if (types.FirstOrDefault(t => t is not (Windowed or Full)) is { } other)
        {
            throw file.Refuse("layer_types", $"names '{other}'; only {Full} and {Windowed} can be used");
        }
        return types.Count == config.Layers
            ? [.. types.Select(t => t == Windowed)]
            : throw file.Refuse("layer_types", $"has {types.Count} entries for {config.Layers} layers");
    }
}
