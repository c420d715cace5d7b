using Annotation.Learning.Models.Positions;

namespace Annotation.Learning.Models;

/// <summary>The shape of a decoder-only language model.</summary>
public sealed record LanguageModelConfig
{
    /// <summary>The family, as config.json's <c>model_type</c>: <c>llama</c>, <c>mistral</c>, <c>qwen2</c>, <c>qwen3</c> or <c>gpt2</c>.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>V: number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>d: size of the hidden state.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Size of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Size of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>How many positions the model knows.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Epsilon of the normalization layers.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Base of the rotary frequencies; not of GPT-2.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are stretched for contexts longer than those of pretraining; null when they are not.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the projections to queries, keys and values have biases; not of GPT-2, which always has all biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the projection that ends attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Whether the three projections of the feed-forward part have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether each query and key head is normalized before it is turned (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>How many positions, its own included, a position of a windowed layer sees; null when it sees all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Which layers the window applies to, one entry per layer; null for all of them.</summary>
    public IReadOnlyList<bool>? WindowedLayers { get; init; }

    /// <summary>Whether the output layer is the embedding table.</summary>
    public bool TieEmbeddings { get; init; } = true;

    /// <summary>Standard deviation of freshly drawn weights; layers that write into the residual stream get it divided by sqrt(2 Layers).</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>How many positions a layer's position sees, its own included; null for all before it.</summary>
    public int? WindowOf(int layer) => WindowedLayers is null || WindowedLayers[layer] ? SlidingWindow : null;

    /// <summary>A Llama-shaped model with as many key and value heads as query heads.</summary>
    public static LanguageModelConfig Llama(int vocabulary, int hidden, int layers, int heads, int context) =>
        new()
        {
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            // Three matrices of 8/3 d cost what the classic two of 4 d do; rounded up to a multiple of 32.
            IntermediateSize = (hidden * 8 / 3 + 31) / 32 * 32,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            ContextLength = context,
        };
}
