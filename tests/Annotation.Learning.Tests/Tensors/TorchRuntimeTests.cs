using Annotation.Learning.Tensors;
using TorchSharp;
using Xunit;

namespace Annotation.Learning.Tests.Tensors;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void The_processor_is_always_there()
    {
        TorchRuntime.Load();
        Assert.Equal(DeviceType.CPU, TorchRuntime.SelectDevice("cpu").type);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void An_unknown_device_is_refused(string name)
    {
        var refusal = Assert.Throws<TorchRuntimeException>(() => TorchRuntime.SelectDevice(name));
        Assert.Equal($"Unknown device '{name}': use cpu, cuda or cuda:<number>.", refusal.Message);
    }

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("cuda:-1")]
    public void A_graphics_card_that_is_not_there_is_not_replaced_by_the_processor(string name)
    {
        var refusal = Assert.Throws<TorchRuntimeException>(() => TorchRuntime.SelectDevice(name));
        Assert.StartsWith(
            $"Device '{name}' was asked for, but no such graphics card can be used",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Threads_are_set_for_the_calling_thread()
    {
        var before = torch.get_num_threads();
        TorchRuntime.SetThreads(1);
        Assert.Equal(1, torch.get_num_threads());
        TorchRuntime.SetThreads(before);
        Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.SetThreads(0));
    }
}
