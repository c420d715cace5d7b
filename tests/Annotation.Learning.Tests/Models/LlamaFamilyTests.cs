using System.Text.Json.Nodes;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

/// <summary>
/// Folders as Hugging Face writes them, with the peculiarities of each family: what they compute is that of an independent
/// implementation, and what is saved again is what was read.
/// </summary>
public sealed class LlamaFamilyTests : IDisposable
{
    private const string Common = """
        "hidden_act": "silu", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
        "num_key_value_heads": 2, "vocab_size": 262, "max_position_embeddings": 64, "initializer_range": 0.02
        """;
    private readonly string _folder = Directory.CreateTempSubdirectory("annotation-test-").FullName;

    /// <summary>A config of each kind: its name, its JSON, the biases and norms that its weights have.</summary>
    public static TheoryData<string, string, string> Families =>
        new()
        {
            { "Llama 2", """{"model_type": "llama", "rms_norm_eps": 1e-5, "pretraining_tp": 1, "rope_scaling": null}""", "" },
            {
                "Llama with biases",
                """{"model_type": "llama", "rms_norm_eps": 1e-6, "attention_bias": true, "mlp_bias": true}""",
                "qkvogud"
            },
            {
                "Llama 3.1",
                """
                    {"model_type": "llama", "rms_norm_eps": 1e-5, "rope_theta": 1000.0, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0,
                    "high_freq_factor": 4.0, "original_max_position_embeddings": 32, "rope_type": "llama3"}}
                    """,
                ""
            },
            {
                "linear, old field",
                """{"model_type": "llama", "rms_norm_eps": 1e-6, "rope_scaling": {"type": "linear", "factor": 2.0}}""",
                ""
            },
            {
                "SmolLM2, new fields",
                """
                    {"model_type": "llama", "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
                    "rope_parameters": {"rope_type": "default", "rope_theta": 100.0}}
                    """,
                ""
            },
            { "Mistral 0.1", """{"model_type": "mistral", "rms_norm_eps": 1e-5, "sliding_window": 5}""", "" },
            { "Mistral Nemo", """{"model_type": "mistral", "rms_norm_eps": 1e-5, "sliding_window": null, "head_dim": 6}""", "" },
            {
                "Qwen2.5",
                """
                    {"model_type": "qwen2", "rms_norm_eps": 1e-6, "sliding_window": 5, "max_window_layers": 3, "use_sliding_window": false,
                    "rope_theta": 1000000.0, "tie_word_embeddings": true}
                    """,
                "qkv"
            },
            {
                "Qwen2 with a window",
                """
                    {"model_type": "qwen2", "rms_norm_eps": 1e-6, "sliding_window": 4, "max_window_layers": 1, "use_sliding_window": true,
                    "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}, "rope_theta": 50.0}
                    """,
                "qkv"
            },
            {
                "Qwen3",
                """
                    {"model_type": "qwen3", "rms_norm_eps": 1e-6, "head_dim": 8, "attention_bias": false, "use_sliding_window": true,
                    "sliding_window": 3, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"], "max_window_layers": 3}
                    """,
                "n"
            },
        };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Families))]
    public void Logits_are_those_of_the_formulas(string name, string fields, string extras)
    {
        var config = Write(fields, extras, out var weights);
        int[] ids = [256, 72, 105, 33, 9, 9, 200, 14, 71, 0];
        var expected = new ReferenceTransformer(config, weights).Logits(ids);

        using var scope = NewDisposeScope();
        using var model = Pretrained.Load(_folder, CPU, ScalarType.Float64);
        var row = tensor(Array.ConvertAll(ids, i => (long)i), ScalarType.Int64, CPU).unsqueeze(0);
        Assert.Equal(expected, Last(model, model.Model.Hidden(row)), (a, b) => Math.Abs(a - b) < 1e-10);

        // The same with a cache, in pieces and with two pads before.
        using var noGrad = no_grad();
        using var cache = new KeyValueCache(model.Model.Config, 1, 12, CPU, ScalarType.Float64);
        var padded = cat([zeros([1, 2], ScalarType.Int64, CPU), row], 1);
        var mask = cat([zeros([1, 2], ScalarType.Int64, CPU), ones_like(row)], 1);
        var hidden = zeros(0);
        foreach (var (start, count) in new[] { (0, 6), (6, 4), (10, 1), (11, 1) })
        {
            hidden = model.Model.Hidden(padded.narrow(1, start, count), mask.narrow(1, 0, start + count), cache: cache);
        }
        Assert.Equal(expected, Last(model, hidden), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.NotEmpty(name);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_is_saved_again_is_what_was_read(string name, string fields, string extras)
    {
        Write(fields, extras, out _);
        var saved = Path.Combine(_folder, "saved");
        using var model = Pretrained.Load(_folder, CPU);
        model.Save(saved);
        using var again = Pretrained.Load(saved, CPU);

        Assert.Equal(model.Model.Config with { WindowedLayers = null }, again.Model.Config with { WindowedLayers = null });
        Assert.Equal(
            Enumerable.Range(0, 3).Select(model.Model.Config.WindowOf),
            Enumerable.Range(0, 3).Select(again.Model.Config.WindowOf)
        );
        Assert.Equal(model.Model.Weights.Keys, again.Model.Weights.Keys);
        Assert.All(model.Model.Weights, w => Assert.True(w.Value.bytes.SequenceEqual(again.Model.Weights[w.Key].bytes), w.Key));
        Assert.NotEmpty(name);
    }

    [Theory]
    [InlineData("""{"model_type": "qwen2", "rms_norm_eps": 1e-6}""", "", "tensor 'model.layers.0.self_attn.q_proj.bias' is missing")]
    [InlineData("""{"model_type": "mistral", "rms_norm_eps": 1e-6}""", "qkv", "_proj.bias' is unexpected")]
    [InlineData("""{"model_type": "qwen3", "head_dim": 4}""", "", "tensor 'model.layers.0.self_attn.q_norm.weight' is missing")]
    [InlineData(
        """{"model_type": "llama", "rope_scaling": {"rope_type": "longrope", "factor": 2}}""",
        "",
        "field 'rope_scaling.rope_type' is 'longrope'; only default or linear or llama3 or yarn"
    )]
    [InlineData(
        """{"model_type": "llama", "rope_scaling": {"rope_type": "llama3", "factor": 2, "low_freq_factor": 1, "high_freq_factor": 4}}""",
        "",
        "field 'rope_scaling.original_max_position_embeddings' is missing"
    )]
    [InlineData("""{"model_type": "llama", "partial_rotary_factor": 0.5}""", "", "field 'partial_rotary_factor' is not 1")]
    [InlineData("""{"model_type": "llama", "num_hidden_layers": 16777216}""", "", "field 'num_hidden_layers' is 16777216")]
    [InlineData(
        """{"model_type": "qwen3", "use_sliding_window": true, "sliding_window": 4, "layer_types": ["chunked_attention"]}""",
        "n",
        "field 'layer_types' names 'chunked_attention'"
    )]
    public void A_folder_of_another_family_is_refused(string fields, string extras, string problem)
    {
        Write(fields, extras, out _);
        var refusal = Assert.Throws<ModelFolderException>(() => Pretrained.Load(_folder, CPU));
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_stays_near_the_formulas()
    {
        var config = Write("""{"model_type": "qwen3", "rms_norm_eps": 1e-6, "head_dim": 8}""", "n", out var weights);
        int[] ids = [256, 72, 105, 33];
        var expected = new ReferenceTransformer(config, weights).Logits(ids);
        using var scope = NewDisposeScope();
        using var model = Pretrained.Load(_folder, CPU, ScalarType.BFloat16);
        var logits = Last(model, model.Model.Hidden(tensor(Array.ConvertAll(ids, i => (long)i), ScalarType.Int64, CPU).unsqueeze(0)));
        Assert.Equal(expected, logits, (a, b) => Math.Abs(a - b) < 0.1);
    }

    private static double[] Last(Pretrained model, Tensor hidden) =>
        model.Model.Logits(hidden)[0, -1].to(ScalarType.Float64).data<double>().ToArray();

    private JsonObject Write(string fields, string extras, out Dictionary<string, (long[] Shape, double[] Values)> weights)
    {
        var config = JsonNode.Parse($"{{{Common}}}")!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(fields)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJsonString());
        new ByteTokenizer().Save(_folder);
        weights = Weights((int?)config["head_dim"] ?? 4, (bool?)config["tie_word_embeddings"] == true, extras);
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(_folder, "model.safetensors"),
            [.. weights.Select(w => KeyValuePair.Create(w.Key, tensor(w.Value.Values, ScalarType.Float32, CPU).view(w.Value.Shape)))]
        );
        return config;
    }

    /// <summary>Random weights under Hugging Face's names; the extras are q, k, v, o, g, u, d for biases and n for norms of heads.</summary>
    private static Dictionary<string, (long[] Shape, double[] Values)> Weights(int size, bool tied, string extras)
    {
        var random = new SeededRandom(7);
        var weights = new Dictionary<string, (long[], double[])>();
        Add("model.embed_tokens.weight", 0.7, 262, 16);
        for (var i = 0; i < 3; i++)
        {
            var layer = $"model.layers.{i}.";
            Add(layer + "input_layernorm.weight", 1, 16);
            Linear(layer + "self_attn.q_proj", 'q', 4 * size, 16);
            Linear(layer + "self_attn.k_proj", 'k', 2 * size, 16);
            Linear(layer + "self_attn.v_proj", 'v', 2 * size, 16);
            Linear(layer + "self_attn.o_proj", 'o', 16, 4 * size);
            if (extras.Contains('n', StringComparison.Ordinal))
            {
                Add(layer + "self_attn.q_norm.weight", 1, size);
                Add(layer + "self_attn.k_norm.weight", 1, size);
            }
            Add(layer + "post_attention_layernorm.weight", 1, 16);
            Linear(layer + "mlp.gate_proj", 'g', 24, 16);
            Linear(layer + "mlp.up_proj", 'u', 24, 16);
            Linear(layer + "mlp.down_proj", 'd', 16, 24);
        }
        Add("model.norm.weight", 1, 16);
        if (!tied)
        {
            Add("lm_head.weight", 0.7, 262, 16);
        }
        return weights;

        void Linear(string name, char bias, int outputs, int inputs)
        {
            Add(name + ".weight", 0.5, outputs, inputs);
            if (extras.Contains(bias, StringComparison.Ordinal))
            {
                Add(name + ".bias", 0.5, outputs);
            }
        }

        // Float32 values, so that the file holds them exactly.
        void Add(string name, double scale, params long[] shape) =>
            weights[name] = (
                shape,
                [
                    .. Enumerable
                        .Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                        .Select(_ => (double)(float)(random.NextNormal() * scale)),
                ]
            );
    }
}
