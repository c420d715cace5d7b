using System.Text.Json;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// A model with the tokenizer and the template it was trained with: what a model folder holds (config.json,
/// model.safetensors, tokenizer files, as on the Hugging Face hub).
/// </summary>
public sealed record Pretrained(LanguageModel Model, Tokenizer Tokenizer, ChatTemplate Template) : IDisposable
{
    private const string ConfigName = "config.json";
    private const string GenerationConfigName = "generation_config.json";
    private const string TemplateName = "annotation.json";
    private const string TemplateField = "chat_template";
    private const string EndField = "eos_token_id";
    private const long MostShardBytes = 5_000_000_000;

    /// <summary>Every id that ends a completion: the tokenizer's first, then those that the folder's generation_config.json or config.json adds.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [Tokenizer.EosId];

    /// <summary>A model with its tokenizer's usual template.</summary>
    public Pretrained(LanguageModel model, Tokenizer tokenizer)
        : this(model, tokenizer, ChatTemplate.For(tokenizer)) { }

    /// <summary>Reads a model folder. Nothing is allocated before every file has been checked.</summary>
    /// <param name="folder">With config.json, weights and tokenizer files.</param>
    /// <param name="device">Where the weights go.</param>
    /// <param name="dtype">Their type; null leaves them as they are stored.</param>
    /// <exception cref="ModelFolderException">A file is missing or wrong; one line naming file and tensor or field.</exception>
    public static Pretrained Load(string folder, Device device, ScalarType? dtype = ScalarType.Float32)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelFolderException(folder, "is not a folder");
        }

        TorchRuntime.Load();
        var (config, tokenizer, template) = Describe(folder);
        var architecture = Architecture.Of(config);
        using var weights = ModelWeights.Open(folder, architecture, config);
        var type = dtype ?? weights.StoredType;
        var ends = ReadEnds(folder, config, tokenizer);
        return new Pretrained(LanguageModel.Build(config, shape => weights.Read(shape, device, type), architecture), tokenizer, template)
        {
            EndIds = ends,
        };
    }

    /// <summary>A folder's shape, tokenizer and template, without its weights.</summary>
    /// <exception cref="ModelFolderException">A file is missing or wrong; one line naming file and field.</exception>
    public static (LanguageModelConfig Config, Tokenizer Tokenizer, ChatTemplate Template) Describe(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        using var document = ModelFolderJson.Read(path);
        var config = new ConfigFile(path, document.RootElement).Read();
        var tokenizer = Tokenizer.Load(folder);
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new ModelFolderException(
                path,
                $"field 'vocab_size' is {config.VocabularySize}, but the folder's tokenizer has {tokenizer.VocabularySize} ids"
            );
        }

        return (config, tokenizer, ReadTemplate(folder, tokenizer));
    }

    /// <summary>
    /// Writes a model folder that Hugging Face's tools load too, an adapter merged into the weights it belongs to.
    /// </summary>
    /// <param name="folder">Where to; made if need be.</param>
    /// <param name="dtype">Float32, bfloat16 or float16.</param>
    /// <param name="mostShardBytes">Larger weights are split into files of at most this size.</param>
    public void Save(string folder, ScalarType dtype = ScalarType.Float32, long mostShardBytes = MostShardBytes)
    {
        Directory.CreateDirectory(folder);
        var typeName = dtype switch
        {
            ScalarType.Float32 => "float32",
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Float16 => "float16",
            _ => throw new ArgumentException($"Weights cannot be stored as {dtype}.", nameof(dtype)),
        };
        var config = new Dictionary<string, object?>(Architecture.Of(Model.Config).Write(Model.Config))
        {
            ["bos_token_id"] = Tokenizer.BosId,
            [EndField] = EndIds.Count == 1 ? EndIds[0] : EndIds,
            ["pad_token_id"] = Tokenizer.PadId,
            ["torch_dtype"] = typeName,
        };
        WriteJson(folder, ConfigName, config);
        WriteJson(folder, GenerationConfigName, config.Where(f => f.Key.EndsWith("_token_id", StringComparison.Ordinal)).ToDictionary());
        Tokenizer.Save(folder);
        WriteJson(folder, TemplateName, new Dictionary<string, string> { [TemplateField] = Template.Name });
        ModelShards.Write(folder, Model.Weights, dtype, mostShardBytes, Model.Merged);
    }

    /// <summary>A copy whose weights have storage of their own.</summary>
    public Pretrained Copy() => this with { Model = Model.Clone() };

    public void Dispose() => Model.Dispose();

    private static void WriteJson<T>(string folder, string name, T fields) =>
        File.WriteAllText(Path.Combine(folder, name), JsonSerializer.Serialize(fields, ModelFolderJson.Indented));

    // As transformers does: generation_config.json says it, else config.json.
    private static IReadOnlyList<int> ReadEnds(string folder, LanguageModelConfig config, Tokenizer tokenizer)
    {
        foreach (var path in new[] { GenerationConfigName, ConfigName }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            using var document = ModelFolderJson.Read(path);
            if (!document.RootElement.TryGetProperty(EndField, out var field) || field.ValueKind == JsonValueKind.Null)
            {
                continue;
            }
            var values = field.ValueKind == JsonValueKind.Array ? [.. field.EnumerateArray()] : new[] { field };
            return
            [
                .. values
                    .Select(v =>
                        v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var id) && id >= 0 && id < config.VocabularySize
                            ? id
                            : throw new ModelFolderException(
                                path,
                                $"field '{EndField}' is {field.GetRawText()}: use ids below {config.VocabularySize}"
                            )
                    )
                    .Prepend(tokenizer.EosId)
                    .Distinct(),
            ];
        }
        return [tokenizer.EosId];
    }

    private static ChatTemplate ReadTemplate(string folder, Tokenizer tokenizer)
    {
        var path = Path.Combine(folder, TemplateName);
        if (!File.Exists(path))
        {
            return ChatTemplate.For(tokenizer, folder);
        }

        using var document = ModelFolderJson.Read(path);
        if (!document.RootElement.TryGetProperty(TemplateField, out var name) || name.ValueKind != JsonValueKind.String)
        {
            return ChatTemplate.For(tokenizer, folder);
        }

        return ChatTemplate.Find(name.GetString()!, tokenizer)
            ?? throw new ModelFolderException(
                path,
                $"field '{TemplateField}' is '{name.GetString()}', which is not known for this tokenizer: use plain, or the one that its vocabulary was made for"
            );
    }
}
