using System.Diagnostics;
using System.Globalization;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Estimates;

/// <summary>What a training run will need, computed before anything is loaded.</summary>
/// <param name="Memory">Bytes at the largest moment.</param>
/// <param name="Time">At the speed that the device showed in a matrix product.</param>
public sealed record RunEstimate(long Memory, TimeSpan Time)
{
    // Of a training step, beside its matrix products: norms, softmax, the optimizer.
    private const double ShareOfProducts = 0.4;
    private const int ProductSize = 512;

    /// <summary>The estimate for a model of this shape.</summary>
    /// <param name="config">Shape of the base model.</param>
    /// <param name="settings">How it is held.</param>
    /// <param name="load">How much is computed.</param>
    /// <param name="speed">Floating-point operations per second in matrix products, as <see cref="MeasureSpeed"/> finds.</param>
    public static RunEstimate Of(LanguageModelConfig config, MemorySettings settings, RunLoad load, double speed)
    {
        var shapes = Architecture.Of(config).Weights(config);
        var parameters = shapes.Sum(s => s.Shape.Aggregate(1L, (product, n) => product * n));
        var trainable = settings.LoraRank == 0 ? parameters : Adapter(shapes, settings);
        long weight = settings.Precision == WeightPrecision.Bf16 ? 2 : 4;

        // Gradient, two moments and the best weights so far, all but the moments of the trained type; of half-precision weights a float32 copy and
        // the float32 sum of their gradients.
        var ownWeight = settings.LoraRank == 0 ? weight : 4;
        var perTrained = ownWeight + 8 + ownWeight + (ownWeight == 2 ? 4 + 4 : 0) + (settings.LoraRank == 0 ? 0 : ownWeight);
        // Frozen weights under an adapter are there once for all networks that are trained on them.
        var held = (settings.LoraRank == 0 ? load.TrainedModels : 1) + load.FrozenModels;
        var memory =
            parameters * weight * held
            + trainable * perTrained * load.TrainedModels
            + (load.Averages ? trainable * sizeof(float) : 0)
            + load.TokensPerPass * Activations(config, settings, weight);

        // 2 operations per weight and token forwards, 4 backwards; computing activations again is another pass forwards.
        var perTrainedToken = settings.RecomputeActivations ? 8.0 : 6.0;
        var operations = parameters * (perTrainedToken * load.TrainedTokens + 2.0 * load.ReadTokens);
        var seconds = Math.Min(operations / (speed * ShareOfProducts), TimeSpan.FromDays(3650).TotalSeconds);
        return new RunEstimate(memory, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Operations per second of matrix products on a device, in some milliseconds.</summary>
    public static double MeasureSpeed(Device device)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var matrix = ones([ProductSize, ProductSize], ScalarType.Float32, device);
        Product(matrix);
        var watch = Stopwatch.StartNew();
        var count = 0;
        for (; count == 0 || watch.ElapsedMilliseconds < 40; count++)
        {
            Product(matrix);
        }

        return 2.0 * ProductSize * ProductSize * ProductSize * count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Why the run cannot be done on a device, with what to lower; null when its memory suffices, or is not known.</summary>
    public string? Shortage(Device device)
    {
        var available = device.type == TorchSharp.DeviceType.CPU ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : 0;
        return available == 0 || Memory <= available
            ? null
            : $"The run needs about {Gibibytes(Memory)} of memory, but the device has {Gibibytes(available)}: lower MaxTokensPerPass or the "
                + "batch, train an adapter (LoraRank), set Precision to bf16 or RecomputeActivations to true, or take a smaller model.";
    }

    /// <summary>A warning where other programs leave less memory than this now; null where they leave enough, or it is not known.</summary>
    public string? Squeeze(Device device)
    {
        const string Known = "/proc/meminfo";
        const string Line = "MemAvailable:";
        if (device.type != TorchSharp.DeviceType.CPU || !File.Exists(Known))
        {
            return null;
        }
        var line = File.ReadLines(Known).FirstOrDefault(l => l.StartsWith(Line, StringComparison.Ordinal));
        return
            line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            && long.TryParse(kibibytes, CultureInfo.InvariantCulture, out var free)
            && free * 1024 < Memory
            ? $"Only {Gibibytes(free * 1024)} are free now."
            : null;
    }

    /// <summary>One sentence for people.</summary>
    public override string ToString() =>
        $"Needs about {Gibibytes(Memory)} of memory and {(Time.TotalMinutes < 1.5 ? "a minute" : Time.TotalHours < 2 ? $"{Math.Round(Time.TotalMinutes)} minutes" : $"{Math.Round(Time.TotalHours)} hours")}.";

    private static string Gibibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0.1, bytes / (double)(1L << 30)):0.#} GiB");

    private static void Product(Tensor matrix)
    {
        using var product = matrix.mm(matrix);
        // Reading a number waits for the device.
        using var one = product[0, 0];
        _ = one.item<float>();
    }

    /// <summary>Numbers of the two matrices of each projection that gets an adapter.</summary>
    private static long Adapter(IReadOnlyList<WeightShape> shapes, MemorySettings settings)
    {
        var ends = settings.LoraTargets.Split(',', StringSplitOptions.TrimEntries);
        return shapes
            .Where(s => s.Shape.Length == 2 && s.Name.Any(char.IsAsciiDigit))
            .Where(s => ends.Contains("all") || ends.Any(end => s.Name.EndsWith(end + ".weight", StringComparison.Ordinal)))
            .Sum(s => settings.LoraRank * (s.Shape[0] + s.Shape[1]));
    }

    /// <summary>
    /// Bytes per token that gradients need: of each block its input, norms, queries, keys and values before and after they are turned, what
    /// attention gives, and four of the feed-forward part; of the output layer the logits, their logarithms of probabilities, and a gradient.
    /// </summary>
    private static long Activations(LanguageModelConfig config, MemorySettings settings, long size)
    {
        var heads = (config.Heads + 2L * config.KeyValueHeads) * config.HeadSize;
        var block = 6L * config.HiddenSize + 2 * heads + (long)config.Heads * config.HeadSize + 4L * config.IntermediateSize;
        var blocks = settings.RecomputeActivations ? (long)config.HiddenSize * config.Layers + block : block * config.Layers;
        return blocks * size + 12L * config.VocabularySize;
    }
}
