using System.Text.Json;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Adapters;

/// <summary>An adapter on disk as Hugging Face's PEFT keeps it: adapter_config.json and adapter_model.safetensors.</summary>
public static class PeftFolder
{
    private const string ConfigName = "adapter_config.json";
    private const string WeightsName = "adapter_model.safetensors";
    private const string InitField = "init_lora_weights";
    private const string NamePrefix = "base_model.model.";

    // Features of PEFT that compute something else; each must be off.
    private static readonly string[] _unused = ["use_rslora", "use_dora", "modules_to_save", "rank_pattern", "alpha_pattern", "lora_bias"];

    /// <summary>Writes a model's adapter.</summary>
    /// <param name="model">A model with an adapter.</param>
    /// <param name="folder">Where to; made if need be.</param>
    /// <param name="baseModel">Name of the model that the adapter belongs to, for people and for PEFT.</param>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    public static void Save(LanguageModel model, string folder, string baseModel = "")
    {
        var adapter = model.Adapter ?? throw new InvalidOperationException("The model has no adapter.");
        Directory.CreateDirectory(folder);
        var config = new Dictionary<string, object?>
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["base_model_name_or_path"] = baseModel,
            ["r"] = adapter.Rank,
            ["lora_alpha"] = adapter.Alpha,
            ["lora_dropout"] = 0.0,
            ["target_modules"] = TargetModules(model, adapter),
            ["bias"] = "none",
            ["fan_in_fan_out"] = model.Linears.Values.Any(l => l.InputsFirst),
            [InitField] = true,
            ["inference_mode"] = true,
        };
        File.WriteAllText(Path.Combine(folder, ConfigName), JsonSerializer.Serialize(config, ModelFolderJson.Indented));
        var prefix = NamePrefix + Architecture.Of(model.Config).NamePrefix;
        SafetensorsWriter.Write(
            Path.Combine(folder, WeightsName),
            [.. adapter.Matrices().Select(m => KeyValuePair.Create(prefix + m.Key, m.Value))]
        );
    }

    /// <summary>Reads an adapter and adds it to a model, to go on training it or to merge it.</summary>
    /// <exception cref="ModelFolderException">A file is missing or wrong, or belongs to another model; the message names the tensor or field.</exception>
    public static void Load(LanguageModel model, string folder)
    {
        var (rank, alpha) = ReadConfig(Path.Combine(folder, ConfigName));
        var path = Path.Combine(folder, WeightsName);
        using var file = SafetensorsFile.Open(path);
        var prefix = NamePrefix + Architecture.Of(model.Config).NamePrefix;
        var found = Check(path, file, model, rank, prefix);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var updates = found.ToDictionary(
            l => l.Name,
            l => new LowRankUpdate(
                Matrix(prefix + l.Name + LowRankAdapter.DownSuffix),
                Matrix(prefix + l.Name + LowRankAdapter.UpSuffix),
                alpha / rank
            )
        );
        model.Attach(new LowRankAdapter(rank, alpha, updates));

        Tensor Matrix(string name) => Lora.Trained(file.Read(name).to(Lora.TypeFor(model), model.Device));
    }

    /// <summary>The ends of the names, as PEFT's users write them, unless these would also mean other projections.</summary>
    private static string[] TargetModules(LanguageModel model, LowRankAdapter adapter)
    {
        string[] ends = [.. adapter.Updates.Keys.Select(n => n[(n.LastIndexOf('.') + 1)..]).Distinct()];
        var meant = model.Linears.Keys.Count(name => ends.Any(end => Lora.HasEnd(name, end)));
        var prefix = Architecture.Of(model.Config).NamePrefix;
        return meant == adapter.Updates.Count ? ends : [.. adapter.Updates.Keys.Select(name => prefix + name)];
    }

    private static (int Rank, double Alpha) ReadConfig(string path)
    {
        using var document = ModelFolderJson.Read(path);
        var file = new ConfigFile(path, document.RootElement);
        file.Require("peft_type", "", "LORA");
        file.Require("bias", "none", "none");
        foreach (var field in _unused)
        {
            if (document.RootElement.TryGetProperty(field, out var value) && !IsOff(value))
            {
                throw file.Refuse(field, $"is {value.GetRawText()}; such adapters cannot be used");
            }
        }

        // Other ways to begin change the base model's own weights, and the adapter belongs to what is left of them.
        if (document.RootElement.TryGetProperty(InitField, out var init) && !IsPlainStart(init))
        {
            throw file.Refuse(InitField, $"is {init.GetRawText()}; merge such an adapter with PEFT and import the whole model");
        }

        return (file.Count("r", largest: 1 << 16), file.Number("lora_alpha", null));
    }

    private static bool IsPlainStart(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.GetString() == "gaussian");

    private static bool IsOff(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.False or JsonValueKind.Null => true,
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => value.GetPropertyCount() == 0,
            _ => false,
        };

    /// <summary>The projections that the file has both matrices for, in the model's order. Everything is checked before anything is read.</summary>
    private static List<LinearLayer> Check(string path, SafetensorsFile file, LanguageModel model, int rank, string prefix)
    {
        var found = new List<LinearLayer>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var linear in model.Linears.Values)
        {
            var (down, up) = (prefix + linear.Name + LowRankAdapter.DownSuffix, prefix + linear.Name + LowRankAdapter.UpSuffix);
            if (!file.Entries.ContainsKey(down) && !file.Entries.ContainsKey(up))
            {
                continue;
            }

            CheckShape(down, [rank, linear.Inputs]);
            CheckShape(up, [linear.Outputs, rank]);
            known.UnionWith([down, up]);
            found.Add(linear);
        }

        return file.Entries.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other
                ? throw new ModelFolderException(
                    path,
                    $"tensor '{other}' belongs to no projection of the model: the adapter is another model's"
                )
            : found.Count == 0 ? throw new ModelFolderException(path, "holds no tensor")
            : found;

        void CheckShape(string name, long[] shape)
        {
            if (!file.Entries.TryGetValue(name, out var entry))
            {
                throw new ModelFolderException(path, $"tensor '{name}' is missing");
            }
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new ModelFolderException(
                    path,
                    $"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], but the model asks for [{string.Join(", ", shape)}]"
                );
            }
        }
    }
}
