using System.Text.Json;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

public sealed class PretrainedTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("annotation-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void A_saved_folder_gives_the_same_bits_and_logits(string family)
    {
        using var scope = NewDisposeScope();
        using var original = ToyModels.Create(family);
        original.Save(_folder.FullName);
        using var loaded = Pretrained.Load(_folder.FullName, CPU);

        Assert.Equal(original.Model.Config, loaded.Model.Config);
        Assert.Equal("roles", loaded.Template.Name);
        foreach (var (name, weight) in original.Model.Weights)
        {
            Assert.True(weight.bytes.SequenceEqual(loaded.Model.Weights[name].bytes), name);
        }

        var ids = tensor(
            new long[,]
            {
                { 256, 260, 72, 105, 261 },
            }
        );
        Assert.Equal(Logits(original, ids), Logits(loaded, ids));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Half_precision_comes_back_bit_equal(ScalarType dtype)
    {
        var (first, second) = (Path.Combine(_folder.FullName, "a"), Path.Combine(_folder.FullName, "b"));
        using var original = ToyModels.Create();
        original.Save(first, dtype);
        using var loaded = Pretrained.Load(first, CPU);
        loaded.Save(second, dtype);

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(first, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(second, "model.safetensors"))
        );
    }

    /// <summary>Llama 3 ends a turn with one token and a text with another.</summary>
    [Fact]
    public void Every_end_token_that_a_folder_names_ends_a_completion_and_is_written_again()
    {
        using var original = ToyModels.Create();
        IReadOnlyList<int> prompt = [256, 260, 72, 105, 261];
        var first = Greedy(original).Ids[0];
        original.Save(_folder.FullName);
        var path = Path.Combine(_folder.FullName, "generation_config.json");
        File.WriteAllText(path, $$"""{"eos_token_id": [{{first}}, 257]}""");
        using (var loaded = Pretrained.Load(_folder.FullName, CPU))
        {
            Assert.Equal([257, first], loaded.EndIds);
            var written = Greedy(loaded);
            Assert.Equal((true, "", first), (written.Ended, written.Text, Assert.Single(written.Ids)));
            loaded.Save(_folder.FullName);
        }
        foreach (var name in new[] { "config.json", "generation_config.json" })
        {
            using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.FullName, name)));
            Assert.Equal([257, first], file.RootElement.GetProperty("eos_token_id").EnumerateArray().Select(id => id.GetInt32()));
        }

        File.WriteAllText(path, """{"eos_token_id": [99999]}""");
        var refusal = Assert.Throws<ModelFolderException>(() => Pretrained.Load(_folder.FullName, CPU));
        Assert.Contains("field 'eos_token_id' is [99999]: use ids below", refusal.Message, StringComparison.Ordinal);

        GeneratedCompletion Greedy(Pretrained model) =>
            new Sampler(model).Generate(
                [prompt],
                new SamplingSettings { MaxNewTokens = 4, Temperature = 0 },
                TestContext.Current.CancellationToken
            )[0];
    }

    private static float[] Logits(Pretrained model, Tensor ids) => model.Model.Logits(model.Model.Hidden(ids)).data<float>().ToArray();
}
