using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Optimization;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019; PyTorch's form, epsilon outside the bias correction). The
/// moments are named tensors, so that a checkpoint holds them and a resumed run ends with the same bytes. Half-precision
/// parameters have a float32 copy that the steps change, because they are too coarse to take small steps themselves
/// (Micikevicius et al. 2018).
/// </summary>
/// <param name="parameters">What is trained, by name; the caller keeps owning them.</param>
/// <param name="beta1">Decay of the first moment.</param>
/// <param name="beta2">Decay of the second moment.</param>
/// <param name="epsilon">Added to the root of the second moment.</param>
/// <param name="weightDecay">Decay of the weights per unit of learning rate; 0 unless asked for.</param>
public sealed class AdamW(
    IEnumerable<(string Name, Tensor Parameter)> parameters,
    double beta1 = 0.9,
    double beta2 = 0.999,
    double epsilon = 1e-8,
    double weightDecay = 0
) : IDisposable
{
    private readonly IReadOnlyList<Slot> _slots = [.. parameters.Select(p => new Slot(p.Name, p.Parameter))];

    /// <summary>Optimizer steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>One step with the gradients that the parameters hold; those without a gradient stay.</summary>
    public void Step(double learningRate)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        var correction1 = 1 - Math.Pow(beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(beta2, Steps));
        foreach (var slot in _slots)
        {
            var (_, trained, master, first, second) = slot;
            if (slot.Gradient is not { } gradient)
            {
                continue;
            }
            var parameter = master ?? trained;
            gradient = gradient.to(parameter.dtype);
            if (weightDecay > 0)
            {
                parameter.mul_(1 - learningRate * weightDecay);
            }
            first.mul_(beta1).add_(gradient, 1 - beta1);
            second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            var denominator = second.sqrt().div_(correction2).add_(epsilon);
            parameter.addcdiv_(first, denominator, -learningRate / correction1);
            if (master is not null)
            {
                trained.copy_(master);
            }
        }
    }

    /// <summary>
    /// Scales all gradients so that their joint L2 norm is at most <paramref name="maxNorm"/>; returns the norm before. A norm
    /// that is not finite leaves them alone: the caller must then skip the step.
    /// </summary>
    public double ClipGradients(double maxNorm)
    {
        NativeCallback.Rethrow();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var gradients = _slots.Select(s => s.Gradient).OfType<Tensor>().ToList();
        if (gradients.Count == 0)
        {
            return 0;
        }
        var norm = stack([.. gradients.Select(g => g.to(WideType.Of(g.dtype)).norm())]).norm().to(ScalarType.Float64).item<double>();
        if (double.IsFinite(norm) && norm > maxNorm)
        {
            foreach (var gradient in gradients)
            {
                gradient.mul_(maxNorm / (norm + 1e-6));
            }
        }
        return norm;
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var slot in _slots)
        {
            slot.Parameter.grad = null;
            slot.Sum?.Dispose();
            slot.Sum = null;
        }
    }

    /// <summary>
    /// Adds the gradients of half-precision parameters to float32 sums, which the step then takes: to be called after each of several
    /// backward passes, because in their own type the later ones would be rounded away. Others stay where they are.
    /// </summary>
    public void Gather()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var slot in _slots.Where(s => s.Master is not null))
        {
            if (slot.Parameter.grad is { } gradient)
            {
                slot.Sum ??= zeros_like(slot.Master!).DetachFromDisposeScope();
                slot.Sum.add_(gradient);
                slot.Parameter.grad = null;
            }
        }
    }

    /// <summary>What the steps change, by name: the parameters, or the float32 copies of half-precision ones. Live tensors.</summary>
    public IEnumerable<(string Name, Tensor Value)> Masters() => _slots.Select(s => (s.Name, s.Master ?? s.Parameter));

    /// <summary>The moments and float32 copies by name, as live tensors; with <see cref="Steps"/> the whole state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State() =>
        _slots.SelectMany(s =>
            s.Master is null
                ? new[] { (s.Name + ".first", s.First), (s.Name + ".second", s.Second) }
                : [(s.Name + ".first", s.First), (s.Name + ".second", s.Second), (s.Name + ".master", s.Master)]
        );

    /// <summary>Takes back a state saved from <see cref="State"/>.</summary>
    public void Restore(int steps, IReadOnlyDictionary<string, Tensor> state)
    {
        using var guard = no_grad();
        foreach (var (name, value) in State())
        {
            value.copy_(state[name]);
        }
        Steps = steps;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Sum?.Dispose();
            slot.Master?.Dispose();
            slot.First.Dispose();
            slot.Second.Dispose();
        }
    }

    private sealed record Slot(string Name, Tensor Parameter, Tensor? Master, Tensor First, Tensor Second)
    {
        /// <summary>Gradients gathered over passes, float32; null when none were.</summary>
        internal Tensor? Sum { get; set; }

        internal Tensor? Gradient => Sum ?? Parameter.grad;

        internal Slot(string name, Tensor parameter)
            : this(name, parameter, Copy(parameter), Moment(parameter), Moment(parameter)) { }

        private static Tensor? Copy(Tensor parameter)
        {
            using var guard = no_grad();
            var wide = WideType.Of(parameter.dtype);
            return wide == parameter.dtype ? null : parameter.detach().to(wide).DetachFromDisposeScope();
        }

        // Outside every dispose scope and of the graph: the optimizer owns its moments.
        private static Tensor Moment(Tensor parameter)
        {
            using var guard = no_grad();
            return zeros_like(parameter, WideType.Of(parameter.dtype)).DetachFromDisposeScope();
        }
    }
}
