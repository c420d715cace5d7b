using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Models.Weights;

/// <summary>The weights of a model folder: model.safetensors, or the shards that model.safetensors.index.json lists.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, string Stored, string Path)> _byName = [];

    private ModelWeights() { }

    /// <summary>Opens the files and checks that they hold exactly the weights that the model must have.</summary>
    /// <exception cref="ModelFolderException">A tensor is missing, unexpected, of a wrong shape or type.</exception>
    internal static ModelWeights Open(string folder, Architecture architecture, LanguageModelConfig config)
    {
        var weights = new ModelWeights();
        try
        {
            foreach (var (path, tensors) in ModelShards.Find(folder))
            {
                weights.Add(path, tensors, architecture, config);
            }

            weights.Check(folder, architecture.Weights(config));
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The type of the first weight, which a folder's others share unless somebody mixed them.</summary>
    internal ScalarType StoredType => _byName.Values.Select(w => w.File.Entries[w.Stored].ScalarType).First()!;

    /// <summary>A weight on a device, of a type.</summary>
    internal Tensor Read(WeightShape shape, Device device, ScalarType dtype)
    {
        var (file, stored, _) = _byName[shape.Name];
        return file.Read(stored).to(dtype, device);
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    private void Add(string path, IReadOnlyList<string>? listed, Architecture architecture, LanguageModelConfig config)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        if (listed?.FirstOrDefault(name => !file.Entries.ContainsKey(name)) is { } absent)
        {
            throw new ModelFolderException(path, $"tensor '{absent}' is missing, although {ModelShards.IndexName} says it is here");
        }

        foreach (var stored in file.Entries.Keys)
        {
            var name =
                architecture.NamePrefix.Length > 0 && stored.StartsWith(architecture.NamePrefix, StringComparison.Ordinal)
                    ? stored[architecture.NamePrefix.Length..]
                    : stored;

            // A tied output layer may be stored a second time; it is the embedding table.
            if (architecture.IsComputed(name) || (config.TieEmbeddings && name == "lm_head.weight"))
            {
                continue;
            }

            if (!_byName.TryAdd(name, (file, stored, path)))
            {
                throw new ModelFolderException(path, $"tensor '{stored}' is there twice");
            }
        }
    }

    private void Check(string folder, IReadOnlyList<WeightShape> expected)
    {
        foreach (var weight in expected)
        {
            if (!_byName.TryGetValue(weight.Name, out var found))
            {
                throw new ModelFolderException(
                    Path.Combine(folder, ModelShards.FileName),
                    $"tensor '{weight.Name}' is missing: the weights do not belong to this config.json"
                );
            }

            var entry = found.File.Entries[found.Stored];
            if (!entry.Shape.SequenceEqual(weight.Shape))
            {
                throw new ModelFolderException(
                    found.Path,
                    $"tensor '{found.Stored}' has shape [{string.Join(", ", entry.Shape)}], but config.json asks for [{string.Join(", ", weight.Shape)}]"
                );
            }

            if (entry.ScalarType is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            {
                throw new ModelFolderException(
                    found.Path,
                    $"tensor '{found.Stored}' has a dtype that weights cannot have: convert it to F32, F16 or BF16"
                );
            }
        }

        var names = expected.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        if (_byName.FirstOrDefault(w => !names.Contains(w.Key)) is { Key: not null } unexpected)
        {
            throw new ModelFolderException(
                unexpected.Value.Path,
                $"tensor '{unexpected.Value.Stored}' is unexpected: the weights do not belong to this config.json"
            );
        }
    }
}
