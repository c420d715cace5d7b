using System.Globalization;
using System.Text.Json;

namespace Annotation.Cli.DemoLoop;

/// <summary>A figure with its 95 % interval.</summary>
public sealed record Interval(double Value, double Low, double High)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:0.000} [{Low:0.000}, {High:0.000}]");
}

/// <summary>Reads the result of an evaluation run: one object per criterion, under `criteria`.</summary>
public sealed class EvaluationResult(JsonElement result)
{
    /// <summary>The criteria measured, in their order.</summary>
    public IReadOnlyList<string> Criteria => [.. Rows(result).Select(row => row.GetProperty("criterion").GetString()!)];

    /// <summary>A number of one criterion.</summary>
    public double Number(string criterion, string name) => Row(criterion).GetProperty(name).GetDouble();

    /// <summary>A figure of one criterion; null when it was not measured.</summary>
    public Interval? Find(string criterion, string name) => Read(Row(criterion), name);

    /// <summary>A figure of one criterion.</summary>
    public Interval Get(string criterion, string name) =>
        Find(criterion, name) ?? throw new CommandFailedException($"The evaluation measured no {name} for {criterion}.");

    /// <summary>A figure of the whole.</summary>
    public Interval? Find(string name) => Read(result, name);

    /// <summary>A number of the best-of-n baseline; null when it was not measured.</summary>
    public double? BestOf(string name) =>
        result.TryGetProperty("bestOfN", out var bestOf) && bestOf.TryGetProperty(name, out var number) ? number.GetDouble() : null;

    private static IEnumerable<JsonElement> Rows(JsonElement element) => element.GetProperty("criteria").EnumerateArray();

    private static Interval? Read(JsonElement element, string name) =>
        element.TryGetProperty(name, out var figure) && figure.ValueKind == JsonValueKind.Object
            ? new Interval(
                figure.GetProperty("value").GetDouble(),
                figure.GetProperty("low").GetDouble(),
                figure.GetProperty("high").GetDouble()
            )
            : null;

    private JsonElement Row(string criterion) => Rows(result).First(row => row.GetProperty("criterion").GetString() == criterion);
}
