using Annotation.Learning.Models;
using Annotation.Learning.Tests.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

/// <summary>
/// With meta as the default device, a tensor made without naming a device has no storage, and the first operation that
/// mixes it with the model's tensors fails.
/// </summary>
[Collection(MetaDefaultDevice.Name)]
public sealed class DeviceTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Every_tensor_names_its_device(string family)
    {
        using var meta = new MetaDefaultDevice();
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        var ids = ones([2, 5], ScalarType.Int64, CPU);
        var mask = ones([2, 5], ScalarType.Int64, CPU);
        using var cache = new KeyValueCache(model.Config, 2, 5, CPU, model.ScalarType);

        Assert.Equal([2, 5, 262], model.Logits(model.Hidden(ids)).shape);
        model.Logits(model.Hidden(ids, mask)).sum().backward();
        using var noGrad = no_grad();
        model.Hidden(ids.narrow(1, 0, 4), mask.narrow(1, 0, 4), cache: cache);
        var last = model.Hidden(ids.narrow(1, 4, 1), mask, cache: cache);
        using var clone = model.Clone();

        Assert.Equal(TorchSharp.DeviceType.CPU, last.device_type);
        Assert.All(clone.Weights.Values, p => Assert.Equal(TorchSharp.DeviceType.CPU, p.device_type));
    }

    [Fact]
    public void A_tensor_without_a_device_is_caught()
    {
        using var meta = new MetaDefaultDevice();
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => (ones([2], ScalarType.Float32, CPU) + arange(2, ScalarType.Float32)).sum().item<float>());
    }

    [Fact]
    public void A_model_can_be_described_without_memory()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(
            ToyModels.Llama with
            {
                HiddenSize = 1 << 14,
                Layers = 40,
            },
            1,
            new Device(TorchSharp.DeviceType.META)
        );
        Assert.All(model.Weights.Values, p => Assert.Equal(TorchSharp.DeviceType.META, p.device_type));
    }
}
