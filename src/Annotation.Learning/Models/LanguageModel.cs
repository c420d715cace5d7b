using Annotation.Learning.Models.Positions;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// A decoder-only transformer. B rows, T positions, V ids, d hidden size. Every tensor it makes is on the device of its
/// weights and of their type.
/// </summary>
public abstract class LanguageModel : IDisposable
{
    private readonly Dictionary<string, LinearLayer> _linears = [];

    private protected LanguageModel(LanguageModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
    {
        Config = config;
        Weights = weights;
        var any = weights.Values.First();
        Device = any.device;
        ScalarType = any.dtype;
    }

    /// <summary>The shape of the model.</summary>
    public LanguageModelConfig Config { get; }

    /// <summary>Where the weights are; inputs must be there too.</summary>
    public Device Device { get; }

    /// <summary>The type of the weights.</summary>
    public ScalarType ScalarType { get; }

    /// <summary>The weights by their Hugging Face names, in a fixed order. All collect gradients, unless there is an adapter.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>
    /// What training changes, by name and in a fixed order: the matrices of the adapter where there is one, else all weights. Trainers
    /// hand these to the optimizer and to checkpoints.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Trainable => Adapter is null ? Weights : Adapter.Matrices();

    /// <summary>
    /// Whether the blocks are computed again for their gradients instead of keeping what these need: less memory, about a third more time.
    /// </summary>
    public bool RecomputesActivations { get; set; }

    /// <summary>Whether a low-rank adapter is trained in place of the weights.</summary>
    public bool HasAdapter => Adapter is not null;

    /// <summary>The low-rank adapter that is trained in place of the weights; null when there is none.</summary>
    internal LowRankAdapter? Adapter { get; private set; }

    /// <summary>The projections by name, in a fixed order.</summary>
    internal IReadOnlyDictionary<string, LinearLayer> Linears => _linears;

    /// <summary>The number of learned numbers of the model itself, without an adapter's.</summary>
    public long ParameterCount => Weights.Values.Sum(w => w.numel());

    /// <summary>A model with fresh weights, the same for the same seed on every device.</summary>
    public static LanguageModel Create(LanguageModelConfig config, ulong seed, Device device, ScalarType dtype = ScalarType.Float32)
    {
        TorchRuntime.Load();
        var architecture = Architecture.Of(config);
        var random = new Generator(seed, CPU);
        return Build(config, shape => Fresh(shape, random, device, dtype), architecture);
    }

    /// <summary>
    /// The hidden states after the final norm, (B, T, d).
    /// </summary>
    /// <param name="ids">(B, T) int64. Ids at pads are read as 0.</param>
    /// <param name="attentionMask">
    /// (B, T), 1 at real positions and 0 at pads; with a cache (B, cached + T). Null when all are real. Rows that hold several texts
    /// number them from 1 and give position ids: a position sees only its own text.
    /// </param>
    /// <param name="positionIds">(B, T) int64; by default the number of real positions before each.</param>
    /// <param name="cache">The positions read before, to which these are added.</param>
    /// <exception cref="ArgumentException">More positions than the model knows.</exception>
    public Tensor Hidden(Tensor ids, Tensor? attentionMask = null, Tensor? positionIds = null, KeyValueCache? cache = null)
    {
        var past = cache?.Length ?? 0;
        var count = (int)ids.shape[1];
        if (positionIds is null && past + count > Config.ContextLength)
        {
            throw new ArgumentException($"{past + count} positions do not fit the model's context of {Config.ContextLength}.", nameof(ids));
        }

        using var scope = NewDisposeScope();
        var mask = AttentionBias.Make(ids, attentionMask, past, ScalarType);
        var windowMask = Config.SlidingWindow is { } window ? AttentionBias.Make(ids, attentionMask, past, ScalarType, window) : mask;
        var bound = positionIds is null ? past + count : positionIds.max().item<long>() + 1;
        if (attentionMask is not null)
        {
            positionIds ??= PositionIds.Of(attentionMask).narrow(1, past, count);
            // Pads may hold any id, one outside the embedding table too.
            ids = ids * attentionMask.narrow(1, past, count).ne(0).to(ScalarType.Int64);
        }

        var angles = Angles(positionIds, past, count, bound);
        var inputs = new BlockInputs(mask, windowMask, angles?.Cosines, angles?.Sines, cache);
        var hidden = Forward(Embed(ids, positionIds, past), inputs);
        cache?.Advance(count);
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next id, (B, T, V), of hidden states (B, T, d), or (N, V) of (N, d).</summary>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden, OutputWeight);

    /// <summary>
    /// A copy with storage of its own, for weights, or for the adapter where there is one: frozen weights never change, so copies
    /// share them.
    /// </summary>
    public LanguageModel Clone()
    {
        if (Adapter is null)
        {
            return Clone(Device, ScalarType);
        }

        var clone = WithoutAdapter();
        clone.RecomputesActivations = RecomputesActivations;
        clone.Attach(Adapter.Copy());
        return clone;
    }

    /// <summary>A copy of the weights on another device or of another type; without the adapter.</summary>
    public LanguageModel Clone(Device device, ScalarType dtype)
    {
        using var noGrad = no_grad();
        var clone = Build(Config, shape => Weights[shape.Name].detach().to(dtype, device, copy: true), Architecture.Of(Config));
        clone.RecomputesActivations = RecomputesActivations;
        return clone;
    }

    /// <summary>The model as it was before its adapter, with the same frozen storage: the reference policy of a run that trains an adapter.</summary>
    /// <exception cref="InvalidOperationException">There is no adapter, so the weights change.</exception>
    public LanguageModel WithoutAdapter()
    {
        if (Adapter is null)
        {
            throw new InvalidOperationException("Only frozen weights can be shared; this model's are trained.");
        }

        using var noGrad = no_grad();
        var shared = Build(Config, shape => Weights[shape.Name].detach(), Architecture.Of(Config));
        shared.Freeze();
        return shared;
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        DisposeTables();
        Adapter?.Dispose();
        foreach (var weight in Weights.Values)
        {
            weight.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A weight with the adapter's part of it added, in the weight's layout; the weight itself where there is no such part.</summary>
    internal Tensor Merged(string name, Tensor weight)
    {
        const string Suffix = ".weight";
        if (
            !name.EndsWith(Suffix, StringComparison.Ordinal)
            || !_linears.TryGetValue(name[..^Suffix.Length], out var linear)
            || linear.Update is not { } update
        )
        {
            return weight;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var product = update.Product();
        return (weight.to(product.dtype) + (linear.InputsFirst ? product.t() : product)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds an adapter, which is trained from now on while the weights are frozen.</summary>
    internal void Attach(LowRankAdapter adapter)
    {
        Adapter?.Dispose();
        Adapter = adapter;
        foreach (var (name, update) in adapter.Updates)
        {
            _linears[name].Update = update;
        }

        Freeze();
    }

    /// <summary>Frees tensors that are not weights.</summary>
    private protected virtual void DisposeTables() { }

    /// <summary>A model whose weights come from <paramref name="source"/>, which hands over a tensor of its own for each.</summary>
    internal static LanguageModel Build(LanguageModelConfig config, Func<WeightShape, Tensor> source, Architecture architecture)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>();
        foreach (var shape in architecture.Weights(config))
        {
            weights[shape.Name] = source(shape).requires_grad_();
        }

        var model = architecture.Build(config, weights);
        foreach (var weight in weights.Values)
        {
            weight.DetachFromDisposeScope();
        }

        return model;
    }

    /// <summary>The output layer's weight, (V, d).</summary>
    private protected abstract Tensor OutputWeight { get; }

    /// <summary>The first hidden states, (B, T, d).</summary>
    /// <param name="ids">(B, T), all inside the vocabulary.</param>
    /// <param name="positionIds">(B, T), or null for 0, 1, 2… after the cached ones.</param>
    /// <param name="past">Number of cached positions.</param>
    private protected abstract Tensor Embed(Tensor ids, Tensor? positionIds, int past);

    /// <summary>Cosines and sines of rotary positions, each (B or 1, 1, T, hd); null for a family without.</summary>
    /// <param name="positionIds">(B, T), or null for 0, 1, 2… after the cached ones.</param>
    /// <param name="past">Number of cached positions.</param>
    /// <param name="count">T.</param>
    /// <param name="bound">Above every position.</param>
    private protected virtual (Tensor Cosines, Tensor Sines)? Angles(Tensor? positionIds, int past, long count, long bound) => null;

    /// <summary>One block, (B, T, d) to (B, T, d).</summary>
    private protected abstract Tensor Block(int layer, Tensor x, BlockInputs inputs);

    /// <summary>What is added to attention scores of a layer.</summary>
    private protected Tensor? Mask(int layer, BlockInputs inputs) => Config.WindowOf(layer) is null ? inputs.Mask : inputs.WindowMask;

    /// <summary>The norm behind the last block, (B, T, d) to (B, T, d).</summary>
    private protected abstract Tensor FinalNorm(Tensor x);

    /// <summary>The projection of this name.</summary>
    private protected LinearLayer Linear(string name, bool inputsFirst = false) =>
        _linears[name] = new LinearLayer(name, Weights[name + ".weight"], Weights.GetValueOrDefault(name + ".bias"), inputsFirst);

    private Tensor Forward(Tensor x, BlockInputs inputs)
    {
        var recomputes = RecomputesActivations && inputs.Cache is null && is_grad_enabled();
        for (var i = 0; i < Config.Layers; i++)
        {
            var layer = i;
            x = recomputes ? ActivationCheckpoint.Run((y, given) => Block(layer, y, given), x, inputs) : Block(layer, x, inputs);
        }

        return FinalNorm(x);
    }

    private void Freeze()
    {
        foreach (var weight in Weights.Values)
        {
            weight.requires_grad = false;
        }
    }

    private static Tensor Fresh(WeightShape shape, Generator random, Device device, ScalarType dtype)
    {
        if (device.type == TorchSharp.DeviceType.META)
        {
            return empty(shape.Shape, dtype, device);
        }

        return shape.StandardDeviation == 0
            ? full(shape.Shape, shape.Mean, dtype, device)
            // Drawn in float64 on the CPU, so that type and device change nothing but rounding.
            : randn(shape.Shape, ScalarType.Float64, CPU, generator: random).mul_(shape.StandardDeviation).to(dtype, device);
    }
}
