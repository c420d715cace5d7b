using Annotation.Learning.Models.Weights;
using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>One family of models: how its config.json reads, which weights it has, how it is built from them.</summary>
internal sealed record Architecture(
    string ModelType,
    Func<ConfigFile, LanguageModelConfig> Read,
    Func<LanguageModelConfig, IReadOnlyDictionary<string, object?>> Write,
    Func<LanguageModelConfig, IReadOnlyList<WeightShape>> Weights,
    Func<LanguageModelConfig, IReadOnlyDictionary<string, Tensor>, LanguageModel> Build
)
{
    /// <summary>Prefix that some files put before every name.</summary>
    internal string NamePrefix { get; init; } = "";

    /// <summary>Tensors that old files hold although they are computed, not learned.</summary>
    internal Func<string, bool> IsComputed { get; init; } = _ => false;

    internal static IReadOnlyList<Architecture> All { get; } = [.. Llama.Architectures, Gpt2.Architecture];

    internal static Architecture Of(LanguageModelConfig config) =>
        All.FirstOrDefault(a => a.ModelType == config.ModelType)
        ?? throw new ArgumentException($"Unknown model type '{config.ModelType}'.", nameof(config));
}
