using Annotation.Learning.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Optimization;

/// <summary>What golden files do not show.</summary>
public sealed class AdamWTests
{
    [Fact]
    public void Without_a_gradient_nothing_moves_and_weights_do_not_decay_unasked()
    {
        using var scope = NewDisposeScope();
        var (still, flat) = (tensor(new[] { 3f }, device: CPU).requires_grad_(), tensor(new[] { 5f }, device: CPU).requires_grad_());
        flat.grad = zeros(1, ScalarType.Float32, CPU);
        using var optimizer = new AdamW([("still", still), ("flat", flat)]);
        optimizer.Step(0.1);
        Assert.Equal((3f, 5f), (still.item<float>(), flat.item<float>()));
    }

    [Fact]
    public void The_joint_norm_of_all_gradients_is_clipped_and_their_direction_kept()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(1, ScalarType.Float32, CPU).requires_grad_(), zeros(1, ScalarType.Float32, CPU).requires_grad_());
        (a.grad, b.grad) = (tensor(new[] { 3f }, device: CPU), tensor(new[] { 4f }, device: CPU));
        using var optimizer = new AdamW([("a", a), ("b", b)]);
        Assert.Equal(5, optimizer.ClipGradients(1), 1e-6);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5f);
        Assert.Equal(0.8f, b.grad!.item<float>(), 1e-5f);
        Assert.Equal(1, optimizer.ClipGradients(2), 1e-5);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5f);
    }

    /// <summary>1 and 256 times 1/512: in bfloat16 each of the small ones is lost beside the 1.</summary>
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    public void Gradients_of_many_passes_add_up_whatever_the_parameters_type(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var a = zeros(1, dtype, CPU).requires_grad_();
        using var optimizer = new AdamW([("a", a)]);
        for (var round = 0; round < 2; round++)
        {
            Pass(1);
            for (var pass = 0; pass < 256; pass++)
            {
                Pass(1 / 512.0);
            }
            Assert.Equal(1.5, optimizer.ClipGradients(100), 1e-3);
            optimizer.Step(0);
            optimizer.ZeroGradients();
            Assert.Equal(0, optimizer.ClipGradients(100));
        }

        void Pass(double gradient)
        {
            using var pass = NewDisposeScope();
            (a * gradient).sum().backward();
            optimizer.Gather();
        }
    }

    [Fact]
    public void A_norm_that_is_not_finite_is_told_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var a = zeros(2, ScalarType.Float32, CPU).requires_grad_();
        a.grad = tensor(new[] { float.NaN, 1f }, device: CPU);
        using var optimizer = new AdamW([("a", a)]);
        Assert.False(double.IsFinite(optimizer.ClipGradients(1)));
        Assert.Equal(1f, a.grad![1].item<float>());
    }

    [Fact]
    public void A_bfloat16_weight_takes_steps_that_are_too_small_for_it()
    {
        using var scope = NewDisposeScope();
        var weight = ones(1, ScalarType.BFloat16, CPU).requires_grad_();
        using var optimizer = new AdamW([("w", weight)], 0.9, 0.999);
        for (var i = 0; i < 64; i++)
        {
            weight.grad = ones(1, ScalarType.BFloat16, CPU);
            optimizer.Step(1e-3);
        }

        // Each step moves the weight by 0.001, a fourth of what bfloat16 can tell from 1; 64 of them to 0.936.
        Assert.Equal(0.936f, optimizer.State().Single(s => s.Name == "w.master").Value.item<float>(), 1e-4f);
        Assert.Equal(0.9375f, weight.to(ScalarType.Float32).item<float>());
    }
}
