using static TorchSharp.torch;

namespace Annotation.Learning.Training;

/// <summary>Early stopping: keeps a copy of the weights at the smallest validation loss.</summary>
/// <param name="parameters">The weights being trained, by name; the caller keeps owning them.</param>
public sealed class BestWeights(IReadOnlyDictionary<string, Tensor> parameters) : IDisposable
{
    private readonly Dictionary<string, Tensor> _copies = parameters.ToDictionary(p => p.Key, p => Copy(p.Value));

    /// <summary>The smallest validation loss so far; infinite before the first.</summary>
    public double Loss { get; private set; } = double.PositiveInfinity;

    /// <summary>The step of the smallest loss.</summary>
    public int Step { get; private set; }

    /// <summary>Validations since the smallest loss.</summary>
    public int Misses { get; private set; }

    /// <summary>Takes in a validation loss; on a new minimum the weights are copied.</summary>
    public void Observe(double loss, int step)
    {
        if (!(loss < Loss))
        {
            Misses++;
            return;
        }
        (Loss, Step, Misses) = (loss, step, 0);
        Transfer(parameters, _copies);
    }

    /// <summary>Puts the best weights back, if any validation has been seen.</summary>
    public void Restore()
    {
        if (double.IsFinite(Loss))
        {
            Transfer(_copies, parameters);
        }
    }

    /// <summary>The copies by name, as live tensors; with the three numbers the whole state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State() => _copies.Select(p => (p.Key, p.Value));

    /// <summary>Takes back a state.</summary>
    public void Resume(double loss, int step, int misses, IReadOnlyDictionary<string, Tensor> state)
    {
        (Loss, Step, Misses) = (loss, step, misses);
        Transfer(state, _copies);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in _copies.Values)
        {
            copy.Dispose();
        }
    }

    private static void Transfer(IReadOnlyDictionary<string, Tensor> from, IReadOnlyDictionary<string, Tensor> to)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in to)
        {
            tensor.copy_(from[name]);
        }
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var guard = no_grad();
        return tensor.detach().clone().DetachFromDisposeScope();
    }
}
