using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Annotation.Learning.Models;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Text;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

/// <summary>Every broken folder is refused in one line that names the file and the tensor or field, and leaves no tensor behind.</summary>
[Collection(NativeTensorCount.Name)]
public sealed class BrokenModelFolderTests : IDisposable
{
    private const string Norm = "model.norm.weight";
    private readonly string _folder = Directory.CreateTempSubdirectory("annotation-test-").FullName;

    public BrokenModelFolderTests()
    {
        using var model = ToyModels.Create();
        model.Save(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1L << 60)]
    [InlineData(-1L)]
    [InlineData(100_000_001L)]
    public void A_header_longer_than_the_file(long length)
    {
        var bytes = File.ReadAllBytes(Weights);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        File.WriteAllBytes(Weights, bytes);
        Refused(Weights, $"says its header has {(ulong)length} bytes");
    }

    [Fact]
    public void A_file_cut_off_in_its_tensors()
    {
        File.WriteAllBytes(Weights, File.ReadAllBytes(Weights)[..^4]);
        Refused(Weights, $"tensor '{Norm}'", "out of range");
    }

    [Fact]
    public void An_empty_file_and_one_that_is_not_safetensors()
    {
        File.WriteAllBytes(Weights, []);
        Refused(Weights, "too short");
        File.WriteAllBytes(Weights, [5, 0, 0, 0, 0, 0, 0, 0, .. "hello"u8]);
        Refused(Weights, "header that is not valid");
    }

    [Fact]
    public void An_offset_out_of_range()
    {
        Change(h => h[Norm]!["data_offsets"]![1] = 1L << 50);
        Refused(Weights, $"tensor '{Norm}'", "out of range");
    }

    [Fact]
    public void A_negative_offset()
    {
        Change(h => h[Norm]!["data_offsets"]![0] = -4);
        Refused(Weights, $"tensor '{Norm}'", "out of range");
    }

    [Fact]
    public void Tensors_that_overlap()
    {
        Change(h => h[Norm]!["data_offsets"] = new JsonArray(0, 128));
        Refused(Weights, "overlap or leave a gap");
    }

    [Fact]
    public void A_shape_whose_product_overflows()
    {
        Change(h => h[Norm]!["shape"] = new JsonArray(1L << 62, 1L << 62, 1L << 62));
        Refused(Weights, $"tensor '{Norm}' has shape [4611686018427387904");
    }

    [Fact]
    public void A_shape_that_is_not_the_configs()
    {
        Change(h => h[Norm]!["shape"] = new JsonArray(4, 8));
        Refused(Weights, $"tensor '{Norm}' has shape [4, 8], but config.json asks for [32]");
    }

    [Fact]
    public void A_dtype_that_cannot_be_used()
    {
        Change(h => h[Norm]!["dtype"] = "F8_E4M3");
        Refused(Weights, $"tensor '{Norm}' has dtype 'F8_E4M3'");
        Change(h => h[Norm]!["dtype"] = "I32");
        Refused(Weights, $"tensor '{Norm}' has a dtype that weights cannot have");
    }

    [Fact]
    public void A_missing_and_an_unexpected_tensor()
    {
        Change(h =>
        {
            h["model.norm.wait"] = h[Norm]!.DeepClone();
            h.Remove(Norm);
        });
        Refused(Weights, $"tensor '{Norm}' is missing");
        Change(h =>
        {
            h[Norm] = h["model.norm.wait"]!.DeepClone();
            h["model.norm.wait"] = JsonNode.Parse("""{"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}""");
        });
        Refused(Weights, "tensor 'model.norm.wait' is unexpected");
    }

    [Fact]
    public void A_missing_weights_file_and_a_missing_folder()
    {
        File.Delete(Weights);
        Refused(Weights, "is missing");
        var absent = Path.Combine(_folder, "absent");
        var refusal = Assert.Throws<ModelFolderException>(() => Pretrained.Load(absent, CPU));
        Assert.Equal($"{absent}: is not a folder", refusal.Message);
    }

    [Theory]
    [InlineData("hidden_size", "null", "field 'hidden_size' is missing")]
    [InlineData("hidden_size", "\"32\"", "field 'hidden_size' is \"32\", not a whole number")]
    [InlineData("num_hidden_layers", "-1", "field 'num_hidden_layers' is -1, not a whole number")]
    [InlineData("vocab_size", "99999999999", "field 'vocab_size' is 99999999999, not a whole number")]
    [InlineData("vocab_size", "100", "field 'vocab_size' is 100, but the folder's tokenizer has 262 ids")]
    [InlineData("model_type", "\"mamba\"", "field 'model_type' is 'mamba'; only llama, mistral, qwen2, qwen3, gpt2 can be used")]
    [InlineData("hidden_act", "\"relu\"", "field 'hidden_act' is 'relu'")]
    [InlineData(
        "rope_scaling",
        "{\"type\": \"dynamic\"}",
        "field 'rope_scaling.type' is 'dynamic'; only default or linear or llama3 or yarn can be used"
    )]
    [InlineData("num_key_value_heads", "3", "field 'num_key_value_heads' is 3, which does not divide")]
    [InlineData("quantization_config", "{}", "field 'quantization_config' is {}")]
    [InlineData("rms_norm_eps", "0", "field 'rms_norm_eps' is 0, not a positive number")]
    public void A_config_with_a_bad_field(string field, string value, string problem)
    {
        var path = Path.Combine(_folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[field] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        Refused(path, problem);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("annotation.json")]
    public void A_json_file_that_is_not_json(string name)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, "{\n\n");
        Refused(path, "is not valid JSON");
        File.WriteAllText(path, "[]");
        Refused(path, "is not a JSON object");
    }

    [Fact]
    public void A_folder_without_a_tokenizer()
    {
        Directory.GetFiles(_folder, "tokenizer*").ToList().ForEach(File.Delete);
        Refused(_folder, "no tokenizer found");
    }

    [Fact]
    public void Pickled_weights_are_never_read()
    {
        File.Move(Weights, Path.Combine(_folder, "pytorch_model.bin"));
        Refused(_folder, "has weights only as pytorch_model.bin", "is never read: convert them to model.safetensors");
    }

    [Fact]
    public void A_sharded_model_loads_with_the_same_bits()
    {
        using var model = ToyModels.Create();
        File.Delete(Weights);
        model.Save(_folder, mostShardBytes: 40_000);
        var shards = Directory.GetFiles(_folder, "model-*.safetensors");
        Assert.InRange(shards.Length, 3, 9);
        Assert.All(shards, file => Assert.InRange(new FileInfo(file).Length, 1, 40_000 + 4_000)); // 4,000 for the header
        using var loaded = Pretrained.Load(_folder, CPU);
        Assert.True(loaded.Model.Weights.All(w => w.Value.bytes.SequenceEqual(model.Model.Weights[w.Key].bytes)));
    }

    [Theory]
    [InlineData("../elsewhere.safetensors", "tensor 'model.norm.weight' names the file '../elsewhere.safetensors', which is not a")]
    [InlineData("/etc/passwd", "names the file '/etc/passwd', which is not a")]
    [InlineData("..", "names the file '..', which is not a")]
    [InlineData("pytorch_model.bin", "names the file 'pytorch_model.bin', which is not a .safetensors file")]
    [InlineData("absent.safetensors", "names the file 'absent.safetensors', which is missing")]
    public void An_index_that_points_elsewhere(string file, string problem)
    {
        File.Move(Weights, Path.Combine(_folder, "model-00001-of-00001.safetensors"));
        var index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, $$"""{"weight_map": {"{{Norm}}": "{{file}}"} }""");
        Refused(index, problem);
    }

    [Fact]
    public void An_index_that_says_more_than_its_files_hold()
    {
        var shard = Path.Combine(_folder, "model-00001-of-00001.safetensors");
        File.Move(Weights, shard);
        var index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, """{"weight_map": {"model.extra.weight": "model-00001-of-00001.safetensors"}}""");
        Refused(shard, "tensor 'model.extra.weight' is missing, although model.safetensors.index.json says it is here");
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor()
    {
        var before = LiveTensors.Settled();
        using (var model = Pretrained.Load(_folder, CPU))
        {
            Assert.True(Tensor.TotalCount > before);
            using var copy = model.Copy();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    private string Weights => Path.Combine(_folder, "model.safetensors");

    private void Refused(string path, params string[] parts)
    {
        var before = LiveTensors.Settled();
        var refusal = Assert.Throws<ModelFolderException>(() => Pretrained.Load(_folder, CPU));
        Assert.StartsWith(path + ": ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>Rewrites the header of the weights and leaves their bytes alone.</summary>
    private void Change(Action<JsonObject> change)
    {
        var bytes = File.ReadAllBytes(Weights);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        change(header);
        var changed = Encoding.UTF8.GetBytes(header.ToJsonString());
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, changed.Length);
        File.WriteAllBytes(Weights, [.. prefix, .. changed, .. bytes.AsSpan(8 + length)]);
    }
}
