using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// A decoder-only transformer. B rows, T positions, V ids, d hidden size. Every tensor it makes is on the device of its
/// weights and of their type.
/// </summary>
public abstract class LanguageModel : IDisposable
{
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

    /// <summary>The weights by their Hugging Face names, in a fixed order. All collect gradients.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>The number of learned numbers.</summary>
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
        if (attentionMask is not null)
        {
            positionIds ??= PositionIds.Of(attentionMask).narrow(1, past, count);
            // Pads may hold any id, one outside the embedding table too.
            ids = ids * attentionMask.narrow(1, past, count).ne(0).to(ScalarType.Int64);
        }

        var hidden = Forward(ids, mask, positionIds, cache);
        cache?.Advance(count);
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next id, (B, T, V), of hidden states (B, T, d), or (N, V) of (N, d).</summary>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden, OutputWeight);

    /// <summary>A copy with storage of its own.</summary>
    public LanguageModel Clone() => Clone(Device, ScalarType);

    /// <summary>A copy on another device or of another type.</summary>
    public LanguageModel Clone(Device device, ScalarType dtype)
    {
        using var noGrad = no_grad();
        return Build(Config, shape => Weights[shape.Name].detach().to(dtype, device, copy: true), Architecture.Of(Config));
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        DisposeTables();
        foreach (var weight in Weights.Values)
        {
            weight.Dispose();
        }

        GC.SuppressFinalize(this);
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

    /// <summary>The blocks and the final norm.</summary>
    /// <param name="ids">(B, T), all inside the vocabulary.</param>
    /// <param name="mask">Added to attention scores, (B or 1, 1, T, L); null when plain causal attention does.</param>
    /// <param name="positionIds">(B, T), or null for 0, 1, 2… after the cached ones.</param>
    /// <param name="cache">The positions read before, or null.</param>
    private protected abstract Tensor Forward(Tensor ids, Tensor? mask, Tensor? positionIds, KeyValueCache? cache);

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
