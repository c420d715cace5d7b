namespace Annotation.Learning.Models;

/// <summary>The shape of a decoder-only language model.</summary>
public sealed record LanguageModelConfig
{
    /// <summary>The family, as config.json's <c>model_type</c>: <c>llama</c> or <c>gpt2</c>.</summary>
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

    /// <summary>Base of the rotary frequencies; Llama only.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Whether the output layer is the embedding table.</summary>
    public bool TieEmbeddings { get; init; } = true;

    /// <summary>Standard deviation of freshly drawn weights; layers that write into the residual stream get it divided by sqrt(2 Layers).</summary>
    public double InitializerRange { get; init; } = 0.02;

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
