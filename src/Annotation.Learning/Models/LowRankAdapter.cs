using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>The low-rank updates of a model's projections, by the projections' names.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">Each update is scaled by alpha / r.</param>
/// <param name="Updates">In the order of the model's projections.</param>
internal sealed record LowRankAdapter(int Rank, double Alpha, IReadOnlyDictionary<string, LowRankUpdate> Updates) : IDisposable
{
    /// <summary>Suffix of the name of A.</summary>
    internal const string DownSuffix = ".lora_A.weight";

    /// <summary>Suffix of the name of B.</summary>
    internal const string UpSuffix = ".lora_B.weight";

    /// <summary>All matrices, by the projection's name and <c>.lora_A.weight</c> or <c>.lora_B.weight</c>.</summary>
    internal IReadOnlyDictionary<string, Tensor> Matrices() =>
        Updates
            .SelectMany(u => new[] { (Name: u.Key + DownSuffix, Value: u.Value.Down), (Name: u.Key + UpSuffix, Value: u.Value.Up) })
            .ToDictionary(m => m.Name, m => m.Value);

    /// <summary>A copy with storage of its own.</summary>
    internal LowRankAdapter Copy() =>
        this with
        {
            Updates = Updates.ToDictionary(u => u.Key, u => u.Value with { Down = Copied(u.Value.Down), Up = Copied(u.Value.Up) }),
        };

    public void Dispose()
    {
        foreach (var update in Updates.Values)
        {
            update.Dispose();
        }
    }

    private static Tensor Copied(Tensor matrix)
    {
        using var noGrad = no_grad();
        return matrix.clone().requires_grad_().DetachFromDisposeScope();
    }
}
