using Annotation.Learning.Models;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

/// <summary>Models small enough for every test.</summary>
internal static class ToyModels
{
    /// <summary>Two query heads share each key and value head.</summary>
    internal static LanguageModelConfig Llama { get; } =
        LanguageModelConfig.Llama(vocabulary: 262, hidden: 32, layers: 2, heads: 4, context: 64) with
        {
            KeyValueHeads = 2,
            InitializerRange = 0.2,
        };

    internal static LanguageModelConfig Gpt2 { get; } = Llama with { ModelType = "gpt2", KeyValueHeads = 4, IntermediateSize = 128 };

    internal static LanguageModelConfig Of(string family) =>
        family switch
        {
            "llama" => Llama,
            "gpt2" => Gpt2,
            "mistral" => Llama with { ModelType = family, SlidingWindow = 3 },
            "qwen2" => Llama with { ModelType = family, QueryKeyValueBias = true, TieEmbeddings = false },
            "qwen3" => Llama with { ModelType = family, QueryKeyNorm = true, HeadSize = 16 },
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, null),
        };

    internal static Pretrained Create(string family = "llama", ulong seed = 1) =>
        new(LanguageModel.Create(Of(family), seed, CPU), new ByteTokenizer());
}
