using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Models;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Adapters;

[Collection(NativeTensorCount.Name)]
public sealed class LoraTests
{
    private static readonly MemorySettings _rank4 = new() { LoraRank = 4, LoraAlpha = 6 };
    private static readonly SftSettings _quick = new()
    {
        LearningRate = 3e-2,
        BatchSize = 16,
        Epochs = 40,
    };
    private static readonly IReadOnlyList<SftExample> _doubling =
    [
        .. Enumerable.Range(0, 32).Select(i => (char)('a' + i % 8)).Select(c => new SftExample([new Message("user", $"{c}")], $"{c}{c}!")),
    ];

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void A_fresh_adapter_changes_nothing_and_is_all_that_is_trained(string family)
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        var ids = tensor(new long[] { 256, 72, 105 }, device: CPU).unsqueeze(0);
        var before = model.Hidden(ids).detach();

        Lora.Add(model, _rank4, seed: 1);

        Assert.True(model.Hidden(ids).eq(before).all().item<bool>());
        Assert.All(model.Weights.Values, w => Assert.False(w.requires_grad));
        Assert.All(model.Trainable.Values, w => Assert.True(w.requires_grad));
        Assert.Equal(2 * (family == "gpt2" ? 4 : 7) * 2, model.Trainable.Count); // two matrices for each projection of two layers

        // B is zero, so the first gradient reaches B alone.
        model.Hidden(ids).square().sum().backward();
        Assert.All(model.Weights.Values, w => Assert.Null(w.grad));
        Assert.All(
            model.Trainable.Where(w => w.Key.EndsWith("lora_B.weight", StringComparison.Ordinal)),
            w => Assert.True(w.Value.grad!.abs().sum().item<float>() > 0)
        );
    }

    [Theory]
    [InlineData("llama", "model.layers.1.mlp.down_proj", "down_proj")]
    [InlineData("gpt2", "h.1.attn.c_attn", "attn.c_attn")]
    public void The_merged_weight_is_W_plus_alpha_by_r_BA(string family, string name, string target)
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        Lora.Add(model, _rank4 with { LoraTargets = target }, seed: 1);
        var (a, b) = (model.Trainable[name + ".lora_A.weight"], model.Trainable[name + ".lora_B.weight"]);
        using (no_grad())
        {
            model.Trainable.Values.ToList().ForEach(m => m.copy_(randn(m.shape, device: CPU)));
        }
        var ids = tensor(new long[] { 256, 72, 105 }, device: CPU).unsqueeze(0);

        using var merged = Lora.Merge(model);

        Assert.Equal(4, model.Trainable.Count);
        var update = b.mm(a) * 1.5; // 6 / 4
        var expected = model.Weights[name + ".weight"] + (family == "gpt2" ? update.t() : update);
        Assert.True(merged.Weights[name + ".weight"].allclose(expected, 1e-5, 1e-6));
        Assert.True(merged.Hidden(ids).allclose(model.Hidden(ids), 1e-4, 1e-4));
        Assert.False(merged.Hidden(ids).allclose(model.WithoutAdapter().Hidden(ids), 1e-2, 1e-2));
    }

    [Fact]
    public void Fine_tuning_trains_the_adapter_and_saves_the_merged_model()
    {
        using var folder = new TemporaryFolder();
        using var model = ToyModels.Create();
        var untouched = TrainableModels.Fingerprint(model.Model);
        Lora.Add(model.Model, _rank4, seed: 1);
        using var reference = model.Model.WithoutAdapter();

        var first = new SftTrainer(_quick with { Epochs = 1 }).Train(model, _doubling, [], ct: TestContext.Current.CancellationToken);
        var result = new SftTrainer(_quick).Train(model, _doubling, [], ct: TestContext.Current.CancellationToken);
        model.Save(folder.Path);
        using var saved = Pretrained.Load(folder.Path, CPU);

        Assert.True(result.TrainLoss < 0.7 * first.TrainLoss, $"{first.TrainLoss} -> {result.TrainLoss}");
        Assert.Equal(untouched, TrainableModels.Fingerprint(model.Model));
        Assert.Equal(untouched, TrainableModels.Fingerprint(reference));
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 256, 260, 97, 261 }, device: CPU).unsqueeze(0);
        Assert.True(saved.Model.Hidden(ids).allclose(model.Model.Hidden(ids), 1e-4, 1e-4));
        Assert.False(saved.Model.Hidden(ids).allclose(reference.Hidden(ids), 1e-2, 1e-2));
    }

    [Fact]
    public void A_reward_model_trains_an_adapter_for_each_member()
    {
        using var init = TrainableModels.Create();
        Lora.Add(init.Model, _rank4, seed: 1);
        RankedPrompt[] rankings =
        [
            .. Enumerable
                .Range(0, 16)
                .Select(i => new RankedPrompt(
                    [new Message("user", $"{i}")],
                    ["yes", "no"],
                    new Dictionary<string, int?[]> { ["overall"] = [1, 2] }
                )),
        ];
        var result = new RewardModelTrainer(
            new RewardModelSettings
            {
                Epochs = 4,
                LearningRate = 1e-2,
                Members = 2,
            }
        ).Train(init, [new("overall", 1)], rankings, [], ct: TestContext.Current.CancellationToken);
        using var reward = result.Model;

        var scores = reward.Score([new Message("user", "99")], ["yes", "no"], TestContext.Current.CancellationToken);
        Assert.True(scores[0][0] > scores[1][0]);
        var base0 = TrainableModels.Fingerprint(init.Model);
        Assert.All(reward.Members, m => Assert.Equal(base0, TrainableModels.Fingerprint(m.Trunk)));
        Assert.NotEqual(
            TrainableModels.Fingerprint(reward.Members[0].Trunk.Trainable.Values),
            TrainableModels.Fingerprint(reward.Members[1].Trunk.Trainable.Values)
        );
    }

    [Fact]
    public void A_copy_shares_frozen_weights_and_has_an_adapter_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var model = LanguageModel.Create(ToyModels.Llama, 3, CPU);
        Lora.Add(model, _rank4, seed: 1);
        using var clone = model.Clone();
        using (no_grad())
        {
            clone.Trainable.Values.ToList().ForEach(m => m.fill_(0.5));
        }

        Assert.All(model.Trainable, m => Assert.False(m.Value.eq(clone.Trainable[m.Key]).all().item<bool>()));
        using var noGrad = no_grad();
        model.Weights["model.norm.weight"].fill_(7);
        Assert.Equal(7, clone.Weights["model.norm.weight"][0].item<float>());
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        var left = TrainableModels.LeftBehind(() =>
        {
            using var model = ToyModels.Create();
            Lora.Add(model.Model, _rank4, seed: 1);
            using var copy = model.Copy();
            using var merged = Lora.Merge(copy.Model);
        });
        Assert.Equal(0, left);
    }

    [Fact]
    public void An_unknown_target_is_refused()
    {
        using var model = LanguageModel.Create(ToyModels.Llama, 3, CPU);
        var refusal = Assert.Throws<InvalidSettingException>(() => Lora.Add(model, _rank4 with { LoraTargets = "q_proj,query" }, 1));
        Assert.Equal(
            "LoraTargets: 'q_proj,query' names a projection that the model does not have; it has q_proj, k_proj, v_proj, o_proj, "
                + "gate_proj, up_proj, down_proj, or all.",
            refusal.Message
        );
    }
}
