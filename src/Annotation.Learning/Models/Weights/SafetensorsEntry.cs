using System.Text.Json;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Models.Weights;

/// <summary>Where a tensor stands in a safetensors file.</summary>
/// <param name="ScalarType">Type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
public sealed record SafetensorsEntry(ScalarType ScalarType, IReadOnlyList<long> Shape, long Begin, long End)
{
    private static readonly (string Name, ScalarType Type, int Size)[] _types =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    internal int ElementSize => SizeOf(ScalarType);

    internal long Count => (End - Begin) / ElementSize;

    internal static string NameOf(ScalarType type) =>
        Array.Find(_types, t => t.Type == type).Name ?? throw new ArgumentException($"{type} tensors cannot be stored.", nameof(type));

    internal static int SizeOf(ScalarType type) => Array.Find(_types, t => t.Type == type).Size;

    /// <summary>All entries of a header; refuses what does not fit into <paramref name="length"/> bytes exactly.</summary>
    internal static Dictionary<string, SafetensorsEntry> ReadAll(string path, JsonElement header, long length)
    {
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        foreach (var property in header.EnumerateObject())
        {
            if (property.Name != SafetensorsFile.MetadataKey)
            {
                entries.Add(property.Name, Read(path, property.Name, property.Value, length));
            }
        }

        long end = 0;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Begin).ThenBy(e => e.Value.End))
        {
            if (entry.Begin != end)
            {
                throw new ModelFolderException(
                    path,
                    $"tensor '{name}' starts at byte {entry.Begin}, but the one before it ends at {end}: tensors overlap or leave a gap"
                );
            }

            end = entry.End;
        }

        return end == length
            ? entries
            : throw new ModelFolderException(path, $"has {length} bytes of tensors, but its header describes {end}");
    }

    private static SafetensorsEntry Read(string path, string name, JsonElement value, long length)
    {
        var (type, shape, begin, end) =
            Parse(value) ?? throw new ModelFolderException(path, $"tensor '{name}' lacks a proper dtype, shape or data_offsets");
        var known = Array.Find(_types, t => t.Name == type);
        if (known.Name is null)
        {
            throw new ModelFolderException(
                path,
                $"tensor '{name}' has dtype '{type}', which cannot be used: convert it to F32, F16 or BF16"
            );
        }

        if (begin < 0 || end < begin || end > length)
        {
            throw new ModelFolderException(
                path,
                $"tensor '{name}' has bytes {begin} to {end}, out of range: the file has {length} bytes of tensors"
            );
        }

        // In 128 bits, because the product of hostile dimensions does not fit a long.
        var bytes = shape.Aggregate((UInt128)known.Size, (product, n) => product > long.MaxValue ? product : product * (ulong)n);
        return bytes == (UInt128)(end - begin)
            ? new SafetensorsEntry(known.Type, shape, begin, end)
            : throw new ModelFolderException(
                path,
                $"tensor '{name}' has shape [{string.Join(", ", shape)}] of {type}, which does not fill its {end - begin} bytes"
            );
    }

    private static (string Type, long[] Shape, long Begin, long End)? Parse(JsonElement value)
    {
        try
        {
            var shape = value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()).ToArray();
            var offsets = value.GetProperty("data_offsets");
            return offsets.GetArrayLength() == 2 && shape.All(n => n >= 0) && value.GetProperty("dtype").GetString() is { } type
                ? (type, shape, offsets[0].GetInt64(), offsets[1].GetInt64())
                : null;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
