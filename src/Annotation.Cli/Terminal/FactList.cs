using System.Globalization;
using System.Text.Json;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Terminal;

/// <summary>Writes names and values, one per line, in two columns.</summary>
public static class FactList
{
    /// <summary>Writes the facts; those without a value are left out.</summary>
    public static void Write(TextWriter writer, params IReadOnlyList<(string Name, object? Value)> facts)
    {
        var told = facts
            .Select(fact => (fact.Name, Value: fact.Value is null ? "" : Format(fact.Value)))
            .Where(fact => fact.Value.Length > 0)
            .ToList();
        var width = told.Count == 0 ? 0 : told.Max(fact => fact.Name.Length);
        foreach (var (name, value) in told)
        {
            writer.WriteLine($"{name.PadRight(width)}  {value}");
        }
    }

    /// <summary>A JSON document as facts: the members of members are named by their path.</summary>
    public static IReadOnlyList<(string Name, object? Value)> Of(JsonElement document)
    {
        var facts = new List<(string, object?)>();
        Collect(document, "");
        return facts;

        void Collect(JsonElement element, string path)
        {
            if (EstimateRow.Of(element) is { } estimate)
            {
                facts.Add((path, $"{Numbers.Format(estimate.Value)} ({Numbers.Format(estimate.Low)} to {Numbers.Format(estimate.High)})"));
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
                }
            }
            else if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().Any(IsContainer))
            {
                foreach (var (index, item) in element.EnumerateArray().Index())
                {
                    Collect(item, $"{path}[{index}]");
                }
            }
            else
            {
                facts.Add((path, element));
            }
        }
    }

    private static bool IsContainer(JsonElement element) => element.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static string Format(object value) =>
        value switch
        {
            JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => Format(whole),
            JsonElement { ValueKind: JsonValueKind.Number } number => Format(number.GetDouble()),
            JsonElement { ValueKind: JsonValueKind.Array } array => string.Join(", ", array.EnumerateArray().Select(item => Format(item))),
            JsonElement element => element.ToString(),
            DateTimeOffset at => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture),
            double number => Numbers.Format(number),
            IEnumerable<string> words => string.Join(", ", words),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
}
