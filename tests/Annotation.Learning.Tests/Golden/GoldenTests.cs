using System.Reflection;
using System.Text.Json;
using Annotation.Learning.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>
/// Runs every golden file in float64 and float32. The environment variable GOLDEN_DIR names another folder of files,
/// and GOLDEN_DEVICE another device.
/// </summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, MethodInfo> _adapters = typeof(GoldenTests)
        .Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(m => m.GetCustomAttribute<GoldenOpAttribute>() is not null)
        .ToDictionary(m => m.GetCustomAttribute<GoldenOpAttribute>()!.Op);

    public static TheoryData<string, ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<string, ScalarType>();
            foreach (var file in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal))
            {
                cases.Add(Path.GetFileNameWithoutExtension(file), ScalarType.Float64);
                cases.Add(Path.GetFileNameWithoutExtension(file), ScalarType.Float32);
            }

            return cases;
        }
    }

    private static string Folder =>
        Environment.GetEnvironmentVariable("GOLDEN_DIR") is { Length: > 0 } named
            ? named
            : Path.Combine(AppContext.BaseDirectory, "Golden");

    private static Device Device =>
        TorchRuntime.SelectDevice(Environment.GetEnvironmentVariable("GOLDEN_DEVICE") is { Length: > 0 } named ? named : "cpu");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_values_are_those_of_the_reference(string name, ScalarType dtype)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));
        var op = name.Split("__")[0];
        Assert.True(_adapters.TryGetValue(op, out var adapter), $"no adapter for the op '{op}'");

        using var scope = NewDisposeScope();
        var results = adapter.CreateDelegate<Func<GoldenInputs, IReadOnlyDictionary<string, object?>>>()(
            new GoldenInputs(document.RootElement.GetProperty("inputs"), dtype, Device)
        );

        var tolerance = document.RootElement.GetProperty("tolerance").GetProperty(dtype == ScalarType.Float64 ? "f64" : "f32");
        var comparison = new GoldenComparison(tolerance.GetProperty("atol").GetDouble(), tolerance.GetProperty("rtol").GetDouble());
        comparison.Compare(name, document.RootElement.GetProperty("expected"), results);
        Assert.True(comparison.Differences.Count == 0, string.Join('\n', comparison.Differences.Take(10)));
    }

    [Fact]
    public void A_wrong_value_a_missing_one_and_a_wrong_length_are_noticed()
    {
        using var expected = JsonDocument.Parse("""{"a": 1.0, "b": [1, 2], "c": null, "d": 3.0}""");
        var comparison = new GoldenComparison(atol: 0.01, rtol: 0);
        comparison.Compare(
            "x",
            expected.RootElement,
            new Dictionary<string, object?>
            {
                ["a"] = 1.02,
                ["b"] = new[] { 1 },
                ["c"] = 5.0,
            }
        );
        Assert.Equal(
            ["x.a: expected 1.0, got 1.02", "x.b: expected 2 items, got 1 items", "x.d: expected 3.0, got nothing"],
            comparison.Differences
        );
    }
}
