using System.Collections;
using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Compares results with a golden file's, number by number: |got - expected| &lt;= atol + rtol |expected|.</summary>
internal sealed class GoldenComparison(double atol, double rtol)
{
    private readonly List<string> _differences = [];

    /// <summary>Where got and expected differ; empty when they agree.</summary>
    internal IReadOnlyList<string> Differences => _differences;

    internal void Compare(string path, JsonElement expected, object? got)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                return;
            case JsonValueKind.Object:
                foreach (var field in expected.EnumerateObject())
                {
                    var value = got is IDictionary fields && fields.Contains(field.Name) ? fields[field.Name] : null;
                    Compare($"{path}.{field.Name}", field.Value, value);
                }

                return;
            case JsonValueKind.Array:
                CompareList(path, expected, got);
                return;
            case JsonValueKind.Number
                when AsNumber(got) is { } number && Math.Abs(number - expected.GetDouble()) <= atol + rtol * Math.Abs(expected.GetDouble()):
                return;
            case JsonValueKind.True or JsonValueKind.False when AsNumber(got) is { } number && number == (expected.GetBoolean() ? 1 : 0):
                return;
            case JsonValueKind.String when got is string text && text == expected.GetString():
                return;
            default:
                _differences.Add($"{path}: expected {expected.GetRawText()}, got {Shown(got)}");
                return;
        }
    }

    private void CompareList(string path, JsonElement expected, object? got)
    {
        var items = got switch
        {
            Tensor tensor when tensor.dim() > 0 => [.. Enumerable.Range(0, (int)tensor.shape[0]).Select(i => (object?)tensor[i])],
            IList list => list.Cast<object?>().ToList(),
            _ => null,
        };
        if (items is null || items.Count != expected.GetArrayLength())
        {
            _differences.Add($"{path}: expected {expected.GetArrayLength()} items, got {Shown(got)}");
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            Compare($"{path}[{i}]", expected[i], items[i]);
        }
    }

    private static double? AsNumber(object? got) =>
        got switch
        {
            Tensor tensor when tensor.numel() == 1 => tensor.to(ScalarType.Float64).cpu().item<double>(),
            bool truth => truth ? 1 : 0,
            double or float or int or long => Convert.ToDouble(got, CultureInfo.InvariantCulture),
            _ => null,
        };

    private static string Shown(object? got) =>
        got switch
        {
            null => "nothing",
            Tensor tensor when tensor.numel() == 1 => AsNumber(tensor)!.Value.ToString("R", CultureInfo.InvariantCulture),
            Tensor tensor => $"a tensor of shape [{string.Join(", ", tensor.shape)}]",
            ICollection list => $"{list.Count} items",
            _ => Convert.ToString(got, CultureInfo.InvariantCulture)!,
        };
}
