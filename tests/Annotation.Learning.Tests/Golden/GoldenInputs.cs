using System.Text.Json;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>The arguments of one golden case, read as tensors of the run's type on the run's device.</summary>
internal sealed class GoldenInputs(JsonElement inputs, ScalarType dtype, Device device)
{
    internal ScalarType Dtype => dtype;

    internal Device Device => device;

    internal JsonElement Json(string name) => inputs.GetProperty(name);

    /// <summary>Real numbers as a tensor of the run's type.</summary>
    internal Tensor Tensor(string name) => ToTensor(Json(name), dtype);

    /// <summary>Real numbers as a tensor that collects a gradient.</summary>
    internal Tensor Leaf(string name) => Tensor(name).requires_grad_();

    /// <summary>The tensor, or null when the option is off.</summary>
    internal Tensor? TensorOrNull(string name) => IsNull(name) ? null : Tensor(name);

    /// <summary>Ids, labels, ranks and counts as int64.</summary>
    internal Tensor Ids(string name) => ToTensor(Json(name), ScalarType.Int64);

    /// <summary>A list of rows of different lengths, one tensor each.</summary>
    internal IReadOnlyList<Tensor> Ragged(string name) => [.. Json(name).EnumerateArray().Select(row => ToTensor(row, dtype))];

    /// <summary>A list of rows of whole numbers of different lengths.</summary>
    internal int[][] RaggedCounts(string name) =>
        [.. Json(name).EnumerateArray().Select(row => row.EnumerateArray().Select(n => n.GetInt32()).ToArray())];

    internal int[] Counts(string name) => [.. Json(name).EnumerateArray().Select(n => n.GetInt32())];

    internal double[] Numbers(string name) => [.. Json(name).EnumerateArray().Select(n => n.GetDouble())];

    internal double Number(string name) => Json(name).GetDouble();

    internal double? NumberOrNull(string name) => IsNull(name) ? null : Number(name);

    internal int Count(string name) => Json(name).GetInt32();

    internal bool Flag(string name) => Json(name).GetBoolean();

    internal string Text(string name) => Json(name).GetString()!;

    /// <summary>A nested list of numbers as a tensor.</summary>
    internal Tensor ToTensor(JsonElement json, ScalarType type)
    {
        var shape = new List<long>();
        for (var level = json; level.ValueKind == JsonValueKind.Array; level = level[0])
        {
            shape.Add(level.GetArrayLength());
            if (level.GetArrayLength() == 0)
            {
                break;
            }
        }

        var values = new List<double>();
        Flatten(json, values);
        return tensor(values.ToArray(), ScalarType.Float64, device).reshape(shape.ToArray()).to(type);
    }

    private static void Flatten(JsonElement json, List<double> values)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            values.Add(json.GetDouble());
            return;
        }

        foreach (var item in json.EnumerateArray())
        {
            Flatten(item, values);
        }
    }

    private bool IsNull(string name) => !inputs.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;
}
