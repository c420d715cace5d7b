using System.Text.Json;
using Annotation.Learning.Text;

namespace Annotation.Learning.Models;

/// <summary>The fields of a config.json, each read with an error that names it.</summary>
internal sealed class ConfigFile(string path, JsonElement root, string prefix = "")
{
    // Larger counts than any model has would only end in a failed allocation.
    internal const int Largest = 1 << 24;
    internal const int MostLayers = 1 << 12;

    internal LanguageModelConfig Read()
    {
        var type = Text("model_type") ?? throw Refuse("model_type", "is missing");
        var architecture = Architecture.All.FirstOrDefault(a => a.ModelType == type);
        return architecture is null
            ? throw Refuse("model_type", $"is '{type}'; only {string.Join(", ", Architecture.All.Select(a => a.ModelType))} can be used")
            : architecture.Read(this);
    }

    internal int Count(string field, int? fallback = null, int largest = Largest)
    {
        if (!TryGet(field, out var value))
        {
            return fallback ?? throw Refuse(field, "is missing");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count > 0 && count <= largest
            ? count
            : throw Refuse(field, $"is {Shown(value)}, not a whole number from 1 to {largest}");
    }

    internal double Number(string field, double? fallback, bool allowZero = false)
    {
        if (!TryGet(field, out var value))
        {
            return fallback ?? throw Refuse(field, "is missing");
        }

        return
            value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var number)
            && double.IsFinite(number)
            && (number > 0 || (allowZero && number == 0))
            ? number
            : throw Refuse(field, $"is {Shown(value)}, not a positive number");
    }

    internal bool Flag(string field, bool fallback)
    {
        if (!TryGet(field, out var value))
        {
            return fallback;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Refuse(field, $"is {Shown(value)}, not true or false");
    }

    /// <summary>The base of the rotary frequencies, a field of its own or, in newer files, one of rope_parameters.</summary>
    internal double RopeTheta() =>
        Object("rope_parameters") is { } parameters && parameters.Has("rope_theta")
            ? parameters.Number("rope_theta", null)
            : Number("rope_theta", 10000);

    /// <summary>Whether the field is there and not null.</summary>
    internal bool Has(string field) => TryGet(field, out _);

    /// <summary>Whether the field is there, with whatever value.</summary>
    internal bool Names(string field) => root.TryGetProperty(field, out _);

    /// <summary>The fields of an object within this one; null when it is missing or null.</summary>
    internal ConfigFile? Object(string field) =>
        !TryGet(field, out var value) ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigFile(path, value, $"{prefix}{field}.")
        : throw Refuse(field, $"is {Shown(value)}, not an object");

    /// <summary>A list of texts; null when it is missing or null.</summary>
    internal IReadOnlyList<string>? Texts(string field)
    {
        if (!TryGet(field, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(v => v.GetString()!)]
            : throw Refuse(field, $"is {Shown(value)}, not a list of texts");
    }

    /// <summary>A text that must be one of these.</summary>
    internal string OneOf(string field, string fallback, params string[] allowed)
    {
        Require(field, fallback, allowed);
        return Text(field) ?? fallback;
    }

    internal void Require(string field, string fallback, params string[] allowed)
    {
        var text = Text(field) ?? fallback;
        if (!allowed.Contains(text))
        {
            throw Refuse(field, $"is '{text}'; only {string.Join(" or ", allowed)} can be used");
        }
    }

    internal void RequireFalse(string field)
    {
        if (Flag(field, false))
        {
            throw Refuse(field, "is true; such models cannot be used");
        }
    }

    internal void RequireNull(string field)
    {
        if (TryGet(field, out var value))
        {
            throw Refuse(field, $"is {Shown(value)}; only models without it can be used");
        }
    }

    internal ModelFolderException Refuse(string field, string problem) => new(path, $"field '{prefix}{field}' {problem}");

    private string? Text(string field) =>
        !TryGet(field, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Refuse(field, $"is {Shown(value)}, not a text");

    private bool TryGet(string field, out JsonElement value) =>
        root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
    }
}
