using Annotation.Learning.Adapters;
using Annotation.Learning.Dpo;
using Annotation.Learning.Models;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Adapters;

/// <summary>Each way to hold a model goes through each trainer.</summary>
[Collection(NativeTensorCount.Name)]
public sealed class TrainedModelTests
{
    private static readonly IReadOnlyList<Message> _prompt = [new("user", "a")];

    [Theory]
    [InlineData(2, WeightPrecision.Fp32, false)]
    [InlineData(0, WeightPrecision.Bf16, false)]
    [InlineData(2, WeightPrecision.Bf16, true)]
    public void Every_trainer_trains_what_the_settings_name(int rank, WeightPrecision precision, bool recomputes)
    {
        using var folder = new TemporaryFolder();
        using (var start = TrainableModels.Create())
        {
            start.Save(folder.Path);
        }
        var memory = new MemorySettings
        {
            LoraRank = rank,
            Precision = precision,
            RecomputeActivations = recomputes,
        };
        var examples = Enumerable.Range(1, 8).Select(i => new SftExample(_prompt, new string('b', i))).ToList();
        var rankings = Enumerable
            .Range(0, 8)
            .Select(_ => new RankedPrompt(_prompt, ["b", "cc"], new Dictionary<string, int?[]> { ["overall"] = [1, 2] }))
            .ToList();
        var ct = TestContext.Current.CancellationToken;

        Trains((policy, _) => new SftTrainer(new SftSettings { Epochs = 1 }).Train(policy, examples, examples, ct: ct));
        Trains((policy, reference) => new DpoTrainer(new DpoSettings { Epochs = 1 }).Train(policy, reference, rankings, rankings, ct: ct));
        Trains(
            (policy, reference) =>
            {
                using var reward = new RewardModelTrainer(new RewardModelSettings { Epochs = 1, Members = 2 })
                    .Train(policy, [new("overall", 1)], rankings, rankings, ct: ct)
                    .Model;
                Assert.Equal(ScalarType.Float32, reward.Members[0].HeadWeight.dtype);
                TrainedModel.Prepare(reward.Members[0].Trunk, memory, 1);
                new PpoTrainer(
                    new PpoSettings
                    {
                        Iterations = 2,
                        RolloutSize = 4,
                        MinibatchSize = 2,
                        MaxNewTokens = 4,
                        ValueWarmupIterations = 0,
                    }
                ).Train(policy, reference, new RewardModelSource(reward), [_prompt], ct: ct);
            }
        );

        void Trains(Action<Pretrained, Pretrained> train)
        {
            using var policy = TrainedModel.Load(folder.Path, CPU, memory, seed: 1);
            using var reference = TrainedModel.Reference(policy, folder.Path);
            var (weights, trained) = (
                TrainableModels.Fingerprint(policy.Model),
                TrainableModels.Fingerprint(policy.Model.Trainable.Values)
            );
            train(policy, reference);

            Assert.Equal(precision == WeightPrecision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32, policy.Model.ScalarType);
            Assert.NotEqual(trained, TrainableModels.Fingerprint(policy.Model.Trainable.Values));
            Assert.Equal(rank > 0, weights == TrainableModels.Fingerprint(policy.Model));
            Assert.Equal(weights, TrainableModels.Fingerprint(reference.Model));
            Assert.All(policy.Model.Trainable.Values, w => Assert.True(w.isfinite().all().item<bool>()));
        }
    }
}
