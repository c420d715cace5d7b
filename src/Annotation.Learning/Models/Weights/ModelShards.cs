using System.Text.Json;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Models.Weights;

/// <summary>The safetensors files of a model folder: one, or shards that model.safetensors.index.json lists.</summary>
internal static class ModelShards
{
    internal const string FileName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";
    private const string Extension = ".safetensors";
    private const string MapField = "weight_map";

    /// <summary>The files of a folder, each with the tensors that the index says it holds; null where there is no index.</summary>
    /// <exception cref="ModelFolderException">There are none, or the index names what cannot be a file of the folder.</exception>
    internal static IReadOnlyList<(string Path, IReadOnlyList<string>? Tensors)> Find(string folder)
    {
        var single = Path.Combine(folder, FileName);
        var index = Path.Combine(folder, IndexName);
        if (File.Exists(single))
        {
            return [(single, null)];
        }
        if (!File.Exists(index))
        {
            throw NoWeights(folder, single);
        }

        using var document = ModelFolderJson.Read(index);
        if (!document.RootElement.TryGetProperty(MapField, out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFolderException(index, $"has no object '{MapField}'");
        }

        var files = map.EnumerateObject()
            .GroupBy(p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : "", p => p.Name)
            .OrderBy(f => f.Key, StringComparer.Ordinal)
            .ToList();
        foreach (var file in files)
        {
            if (!IsPlainName(file.Key))
            {
                throw new ModelFolderException(
                    index,
                    $"tensor '{file.First()}' names the file '{file.Key}', which is not a {Extension} file of this folder"
                );
            }
            if (!File.Exists(Path.Combine(folder, file.Key)))
            {
                throw new ModelFolderException(index, $"tensor '{file.First()}' names the file '{file.Key}', which is missing");
            }
        }
        return [.. files.Select(f => (Path.Combine(folder, f.Key), (IReadOnlyList<string>?)[.. f]))];
    }

    /// <summary>Writes tensors into one file, or into shards of at most <paramref name="mostBytes"/> with their index.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="tensors">By name, in this order.</param>
    /// <param name="dtype">Type of all of them in the file.</param>
    /// <param name="mostBytes">A tensor that is larger alone gets a shard of its own.</param>
    /// <param name="value">What is written for a tensor; the tensor itself if null.</param>
    internal static void Write(
        string folder,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        ScalarType dtype,
        long mostBytes,
        Func<string, Tensor, Tensor>? value = null
    )
    {
        var size = SafetensorsEntry.SizeOf(dtype);
        var shards = new List<List<KeyValuePair<string, Tensor>>> { new() };
        var (filled, total) = (0L, 0L);
        foreach (var tensor in tensors)
        {
            var bytes = tensor.Value.numel() * size;
            if (filled > 0 && filled + bytes > mostBytes)
            {
                shards.Add([]);
                filled = 0;
            }
            shards[^1].Add(tensor);
            (filled, total) = (filled + bytes, total + bytes);
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = shards.Count == 1 ? FileName : $"model-{i + 1:D5}-of-{shards.Count:D5}{Extension}";
            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i], dtype, value);
            shards[i].ForEach(t => map.Add(t.Key, name));
        }
        if (shards.Count > 1)
        {
            var index = new Dictionary<string, object> { ["metadata"] = new { total_size = total }, [MapField] = map };
            File.WriteAllText(Path.Combine(folder, IndexName), JsonSerializer.Serialize(index, ModelFolderJson.Indented));
        }
    }

    private static bool IsPlainName(string name) =>
        name == Path.GetFileName(name)
        && name.Length > Extension.Length
        && name.EndsWith(Extension, StringComparison.Ordinal)
        && name.AsSpan().IndexOfAny("\\\0") < 0;

    private static ModelFolderException NoWeights(string folder, string single)
    {
        var pickled = Directory
            .EnumerateFiles(folder)
            .Select(Path.GetFileName)
            .FirstOrDefault(f => Path.GetExtension(f) is ".bin" or ".pt" or ".pth" or ".ckpt");
        return pickled is null
            ? new ModelFolderException(single, "is missing")
            : new ModelFolderException(
                folder,
                $"has weights only as {pickled}, a format that can run programs and is never read: convert them to {FileName}"
            );
    }
}
