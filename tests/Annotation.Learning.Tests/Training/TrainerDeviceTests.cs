using Annotation.Learning.Checkpoints;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
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
            new SftTrainer(new SftSettings { Epochs = 1 }).Train(
                policy,
                examples,
                examples,
                Checkpoints("sft"),
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

        CheckpointFolder Checkpoints(string name) => new(Path.Combine(folder.Path, name));
    }
}
