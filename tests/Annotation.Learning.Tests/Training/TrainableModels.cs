using System.Security.Cryptography;
using Annotation.Learning.Models;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Training;

/// <summary>Models that learn a toy task in seconds.</summary>
internal static class TrainableModels
{
    internal static Pretrained Create(ulong seed = 1, int context = 64) =>
        new(
            LanguageModel.Create(LanguageModelConfig.Llama(vocabulary: 262, hidden: 32, layers: 2, heads: 2, context), seed, CPU),
            new ByteTokenizer()
        );

    /// <summary>Live native tensors after an action minus before it.</summary>
    internal static long LeftBehind(Action action)
    {
        var before = LiveTensors.Settled();
        action();
        return Tensor.TotalCount - before;
    }

    /// <summary>SHA-256 of all weights' bytes.</summary>
    internal static string Fingerprint(LanguageModel model) => Fingerprint(model.Weights.Values);

    /// <summary>SHA-256 of the tensors' bytes.</summary>
    internal static string Fingerprint(IEnumerable<Tensor> tensors)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            hash.AppendData(tensor.detach().contiguous().cpu().bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
