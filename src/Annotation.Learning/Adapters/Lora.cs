using Annotation.Learning.Models;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Adapters;

/// <summary>Low-rank adaptation (Hu et al. 2022): W + (alpha / r) B A, of which only A and B are trained.</summary>
public static class Lora
{
    private const string Everything = "all";

    /// <summary>
    /// Adds a fresh adapter to a model, unless the rank is 0: A uniform within 1/sqrt(in), as in PEFT, and B zero, so that nothing
    /// changes before the first step. The weights are frozen from now on.
    /// </summary>
    /// <param name="model">Gets the adapter; an earlier one is replaced.</param>
    /// <param name="settings">Rank, alpha and targets.</param>
    /// <param name="seed">Decides A.</param>
    /// <exception cref="InvalidSettingException">A target is no end of a projection's name.</exception>
    public static void Add(LanguageModel model, MemorySettings settings, ulong seed)
    {
        SettingsPairs.Check(settings);
        if (settings.LoraRank == 0)
        {
            return;
        }

        var random = new Generator(seed, CPU);
        var updates = Targets(model, settings.LoraTargets)
            .ToDictionary(l => l.Name, l => Fresh(l, settings.LoraRank, settings.LoraAlpha, model, random));
        model.Attach(new LowRankAdapter(settings.LoraRank, settings.LoraAlpha, updates));
    }

    /// <summary>A model of its own whose weights have the adapter's part in them.</summary>
    public static LanguageModel Merge(LanguageModel model)
    {
        using var noGrad = no_grad();
        return LanguageModel.Build(
            model.Config,
            shape =>
            {
                using var scope = NewDisposeScope();
                var weight = model.Weights[shape.Name];
                return model.Merged(shape.Name, weight).detach().to(weight.dtype, weight.device, copy: true).MoveToOuterDisposeScope();
            },
            Architecture.Of(model.Config)
        );
    }

    internal static Tensor Trained(Tensor matrix) => matrix.requires_grad_().DetachFromDisposeScope();

    /// <summary>Adapters stay in float32 where the weights are half precision.</summary>
    internal static ScalarType TypeFor(LanguageModel model) =>
        model.ScalarType is ScalarType.BFloat16 or ScalarType.Float16 ? ScalarType.Float32 : model.ScalarType;

    private static List<LinearLayer> Targets(LanguageModel model, string targets)
    {
        var linears = model.Linears.Values.ToList();
        if (targets.Trim() == Everything)
        {
            return linears;
        }

        var ends = targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (ends.Length == 0 || ends.FirstOrDefault(end => !linears.Exists(l => HasEnd(l.Name, end))) is not null)
        {
            var known = linears.Select(l => l.Name[(l.Name.LastIndexOf('.') + 1)..]).Distinct();
            throw new InvalidSettingException(
                nameof(MemorySettings.LoraTargets),
                $"'{targets}' names a projection that the model does not have; it has {string.Join(", ", known)}, or {Everything}."
            );
        }

        return linears.FindAll(l => ends.Any(end => HasEnd(l.Name, end)));
    }

    internal static bool HasEnd(string name, string end) => name == end || name.EndsWith("." + end, StringComparison.Ordinal);

    private static LowRankUpdate Fresh(LinearLayer linear, int rank, double alpha, LanguageModel model, Generator random)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var bound = 1 / Math.Sqrt(linear.Inputs);
        var dtype = TypeFor(model);
        // Drawn in float64 on the CPU, so that type and device change nothing but rounding.
        var down = rand([rank, linear.Inputs], ScalarType.Float64, CPU, generator: random)
            .mul_(2 * bound)
            .sub_(bound)
            .to(dtype, model.Device);
        var up = zeros([linear.Outputs, rank], dtype, model.Device);
        return new LowRankUpdate(Trained(down), Trained(up), alpha / rank);
    }
}
