using Annotation.Learning.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>What golden files do not show.</summary>
public sealed class MaskedTests
{
    [Fact]
    public void What_stands_under_a_pad_never_counts()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { 1f, 3f, float.NaN, float.PositiveInfinity }, [1, 4], device: CPU);
        var mask = tensor(new long[] { 1, 1, 0, 0 }, [1, 4], device: CPU);
        Assert.Equal(2, Masked.MaskedMean(values, mask).item<float>());
        Assert.Equal(1, Masked.MaskedVariance(values, mask).item<float>());
        Assert.Equal([-1f, 1f, 0f, 0f], Masked.MaskedWhiten(values, mask).data<float>().ToArray().Select(v => MathF.Round(v, 4)));
    }

    [Fact]
    public void Nothing_and_one_value_give_no_bad_numbers()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { 5f, 7f }, [1, 2], device: CPU);
        Assert.Equal(0, Masked.MaskedMean(values, zeros_like(values)).item<float>());
        Assert.Equal([5f, 0f], Masked.MaskedWhiten(values, tensor(new long[] { 1, 0 }, [1, 2], device: CPU)).data<float>().ToArray());
    }
}
