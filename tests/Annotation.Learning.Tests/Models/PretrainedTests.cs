using Annotation.Learning.Models;
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

    private static float[] Logits(Pretrained model, Tensor ids) => model.Model.Logits(model.Model.Hidden(ids)).data<float>().ToArray();
}
