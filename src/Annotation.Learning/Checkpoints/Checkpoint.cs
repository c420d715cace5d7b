using static TorchSharp.torch;

namespace Annotation.Learning.Checkpoints;

/// <summary>What a run saved at some step.</summary>
/// <param name="Step">Steps done when it was saved.</param>
/// <param name="Tensors">Weights, optimizer moments and the like, on the CPU.</param>
/// <param name="State">Everything that is not a tensor.</param>
/// <param name="Metrics">The metrics of that step.</param>
public sealed record Checkpoint<T>(
    int Step,
    IReadOnlyDictionary<string, Tensor> Tensors,
    T State,
    IReadOnlyDictionary<string, double> Metrics
) : IDisposable
{
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
