using Annotation.Learning.Checkpoints;
using Annotation.Learning.Dpo;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.PolicyGradients;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Training;

/// <summary>With meta as the default device, a tensor that a trainer makes without naming a device stops it.</summary>
[Collection(MetaDefaultDevice.Name)]
public sealed class TrainerDeviceTests
{
    private static readonly IReadOnlyList<Message> _prompt = [new("user", "a")];

    [Fact]
    public void Every_tensor_of_every_trainer_names_its_device()
    {
        using var meta = new MetaDefaultDevice();
        using var folder = new TemporaryFolder();
        using var policy = TrainableModels.Create();
        var examples = Enumerable.Range(0, 8).Select(i => new SftExample(_prompt, new string('b', i))).ToList();
        var rankings = Enumerable
            .Range(0, 8)
            .Select(_ => new RankedPrompt(_prompt, ["b", "cc", "d"], new Dictionary<string, int?[]> { ["overall"] = [1, 2, 2] }))
            .ToList();
        for (var pass = 0; pass < 2; pass++)
        {
            new SftTrainer(new SftSettings { Epochs = 1, Packing = pass == 1 }).Train(
                policy,
                examples,
                examples,
                Checkpoints("sft" + pass),
                ct: TestContext.Current.CancellationToken
            );
        }
        foreach (var loss in Enum.GetValues<PreferenceLoss>())
        {
            var settings = new RewardModelSettings
            {
                Epochs = 1,
                Members = 2,
                Loss = loss,
                EnsembleRule = EnsembleRule.UncertaintyWeighted,
            };
            using var reward = new RewardModelTrainer(settings)
                .Train(
                    policy,
                    [new("overall", 1)],
                    rankings,
                    rankings,
                    Checkpoints(loss.ToString()),
                    ct: TestContext.Current.CancellationToken
                )
                .Model;
            using var reference = policy.Copy();
            var result = new PpoTrainer(
                new PpoSettings
                {
                    Iterations = 2,
                    RolloutSize = 4,
                    MinibatchSize = 2,
                    MaxNewTokens = 4,
                    EntropyCoefficient = 0.01,
                }
            ).Train(
                policy,
                reference,
                new RewardModelSource(reward),
                [_prompt],
                Checkpoints("ppo" + loss),
                ct: TestContext.Current.CancellationToken
            );
            Assert.Equal(2, result.Iterations);
        }
        foreach (var kind in (string[])["ppo", "rloo", "grpo"])
        {
            using var reference = policy.Copy();
            CoinPolicy
                .Trainer(kind, s => s with { Iterations = 1, AverageDecay = 0.9, PretrainingCoefficient = 1, RowsPerPass = 3 })
                .Train(policy, reference, CoinPolicy.LikesX, [_prompt], Checkpoints(kind), ct: TestContext.Current.CancellationToken);
        }
        foreach (var loss in Enum.GetValues<DpoLossKind>())
        {
            using var reference = policy.Copy();
            var settings = new DpoSettings { Epochs = 1, Loss = loss };
            new DpoTrainer(settings).Train(
                policy,
                reference,
                rankings,
                rankings,
                Checkpoints("dpo" + loss),
                ct: TestContext.Current.CancellationToken
            );
        }

        CheckpointFolder Checkpoints(string name) => new(Path.Combine(folder.Path, name));
    }
}
