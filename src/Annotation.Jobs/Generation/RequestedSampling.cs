using System.Text.Json;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Generation;
using static TorchSharp.torch;

namespace Annotation.Jobs.Generation;

/// <summary>How a run asks for its completions to be drawn.</summary>
internal static class RequestedSampling
{
    /// <summary>The sampling settings of a generation run; temperature and length where the run leaves them open.</summary>
    /// <exception cref="RunFailedException">The stop texts are no list of texts.</exception>
    internal static SamplingSettings Of(GenerationSettings settings, double temperature, int maxTokens) =>
        new()
        {
            Temperature = settings.Temperature ?? temperature,
            MaxNewTokens = settings.MaxTokens ?? maxTokens,
            TopK = settings.TopK,
            TopP = settings.TopP,
            RepetitionPenalty = settings.RepetitionPenalty,
            NoRepeatLength = settings.NoRepeatLength,
            StopSequences = settings.Stop is { Length: > 0 } json ? StopTexts(json) : [],
        };

    /// <summary>The type of the weights that a run asks for.</summary>
    internal static ScalarType TypeOf(string precision) =>
        precision.Equals("bf16", StringComparison.OrdinalIgnoreCase) ? ScalarType.BFloat16 : ScalarType.Float32;

    private static List<string> StopTexts(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<List<string?>>(json) is { } texts && texts.TrueForAll(t => t is { Length: > 0 })
                ? [.. texts.OfType<string>()]
                : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RunFailedException("Stop is no list of texts; send an array of texts that are not empty.");
        }
    }
}
