using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

[Collection(NativeTensorCount.Name)]
public sealed class ActivationCheckpointTests
{
    [Theory]
    [InlineData("llama", 0)]
    [InlineData("gpt2", 0)]
    [InlineData("qwen3", 0)]
    [InlineData("mistral", 2)]
    [InlineData("gpt2", 2)]
    public void Gradients_are_the_same(string family, int rank)
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        Lora.Add(model, new MemorySettings { LoraRank = rank }, seed: 1);
        var kept = Gradients(model);
        model.RecomputesActivations = true;
        var recomputed = Gradients(model);

        Assert.NotEmpty(kept);
        Assert.Equal(kept.Keys, recomputed.Keys);
        Assert.All(kept, g => Assert.True(g.Value.eq(recomputed[g.Key]).all().item<bool>(), g.Key));
    }

    [Fact]
    public void What_goes_wrong_while_a_block_runs_again_is_told_before_the_step()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Llama, 3, CPU);
        model.RecomputesActivations = true;
        using var optimizer = new AdamW([("embeddings", model.Trainable.First().Value)]);
        var ids = tensor(new long[] { 256, 72, 105, 33 }, [1, 4], device: CPU);
        var loss = model.Logits(model.Hidden(ids, ones_like(ids))).square().mean();
        model.Trainable.First(w => w.Key.Contains("layers.0.mlp", StringComparison.Ordinal)).Value.Dispose();

        // The exception cannot come through the native library.
        loss.backward();

        Assert.ThrowsAny<Exception>(() => optimizer.ClipGradients(1));
        optimizer.ClipGradients(1);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using var model = LanguageModel.Create(ToyModels.Llama with { Layers = 8 }, 3, CPU);
        Gradients(model).Values.ToList().ForEach(g => g.Dispose());
        var left = TrainableModels.LeftBehind(() =>
        {
            model.RecomputesActivations = true;
            for (var i = 0; i < 5; i++)
            {
                Gradients(model).Values.ToList().ForEach(g => g.Dispose());
            }
        });
        Assert.Equal(0, left);
    }

    private static Dictionary<string, Tensor> Gradients(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 256, 72, 105, 33, 7, 8, 9, 10 }, [2, 4], device: CPU);
        var mask = tensor(new long[] { 0, 1, 1, 1, 1, 1, 1, 1 }, [2, 4], device: CPU);
        model.Logits(model.Hidden(ids, mask)).log_softmax(-1).square().mean().backward();
        var gradients = new Dictionary<string, Tensor>();
        foreach (var (name, weight) in model.Trainable)
        {
            if (weight.grad is { } gradient)
            {
                gradients[name] = gradient.clone().MoveToOuterDisposeScope();
                weight.grad = null;
            }
        }
        return gradients;
    }
}
