using Annotation.Learning.Models;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

public sealed class LanguageModelTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Padding_on_either_side_changes_nothing(string family)
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        var plain = model.Logits(
            model.Hidden(
                tensor(
                    new long[,]
                    {
                        { 5, 6, 7 },
                    }
                )
            )
        );
        var padded = tensor(
            new long[,]
            {
                { 999, 999, 5, 6, 7 },
                { 5, 6, 7, -1, -1 },
                { 1, 1, 1, 1, 1 },
            }
        );
        var mask = tensor(
            new long[,]
            {
                { 0, 0, 1, 1, 1 },
                { 1, 1, 1, 0, 0 },
                { 0, 0, 0, 0, 0 },
            }
        );
        var logits = model.Logits(model.Hidden(padded, mask));

        Assert.True(logits[0].narrow(0, 2, 3).allclose(plain[0], 1e-4, 1e-5));
        Assert.True(logits[1].narrow(0, 0, 3).allclose(plain[0], 1e-4, 1e-5));
        Assert.True(logits.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Reading_step_by_step_with_a_cache_equals_reading_at_once(string family)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        var ids = tensor(
            new long[,]
            {
                { 9, 9, 5, 6, 7, 8 },
                { 1, 2, 3, 4, 5, 6 },
            }
        );
        var mask = tensor(
            new long[,]
            {
                { 0, 0, 1, 1, 1, 1 },
                { 1, 1, 1, 1, 1, 1 },
            }
        );
        var whole = model.Hidden(ids, mask);

        using var cache = new KeyValueCache(model.Config, 2, 6, CPU, model.ScalarType);
        var parts = new List<Tensor>();
        foreach (var (start, count) in new[] { (0, 3), (3, 1), (4, 2) })
        {
            parts.Add(model.Hidden(ids.narrow(1, start, count), mask.narrow(1, 0, start + count), cache: cache));
        }

        Assert.True(cat(parts, 1).allclose(whole, 1e-4, 1e-5));
    }

    [Fact]
    public void A_clone_has_storage_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Llama, 3, CPU);
        using var clone = model.Clone();
        var before = clone.Weights["model.norm.weight"].sum().item<float>();
        using (no_grad())
        {
            model.Weights["model.norm.weight"].zero_();
        }

        Assert.Equal(32, before);
        Assert.Equal(before, clone.Weights["model.norm.weight"].sum().item<float>());
        Assert.All(clone.Weights.Values, w => Assert.True(w.requires_grad));
        Assert.Equal(model.Weights.Keys, clone.Weights.Keys);
    }

    [Fact]
    public void More_positions_than_the_context_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Llama, 3, CPU);
        var refusal = Assert.Throws<ArgumentException>(() => model.Hidden(zeros([1, 65], ScalarType.Int64, CPU)));
        Assert.StartsWith("65 positions do not fit the model's context of 64.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_beyond_the_first_table_of_angles_are_those_of_a_model_that_starts_there()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Llama with { ContextLength = 10_000 }, 3, CPU);
        var ids = tensor(new long[] { 5, 6, 7 }, device: CPU).unsqueeze(0);
        Tensor far;
        using (inference_mode())
        {
            far = model.Hidden(ids, positionIds: tensor(new long[] { 9000, 9001, 9002 }, device: CPU).unsqueeze(0));
        }

        // Attention over rotary positions depends on their differences alone.
        Assert.True(far.allclose(model.Hidden(ids), 1e-2, 1e-2));
        model.Hidden(ids, positionIds: tensor(new long[] { 4200, 4201, 4202 }, device: CPU).unsqueeze(0)).sum().backward();
        Assert.NotNull(model.Weights["model.norm.weight"].grad);
    }
}
