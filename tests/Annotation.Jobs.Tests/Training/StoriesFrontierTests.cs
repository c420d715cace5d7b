using System.Globalization;
using Annotation.Learning.Dpo;
using Annotation.Learning.Ppo;
using Annotation.Learning.Rloo;
using Annotation.Learning.Tensors;
using Xunit;

namespace Annotation.Jobs.Tests.Training;

/// <summary>
/// PPO, RLOO, DPO and best-of-16 on a real model under one learned reward model. ANNOTATION_DATA names the folder of the model,
/// ANNOTATION_SEED another seed.
/// </summary>
public sealed class StoriesFrontierTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "nightly")]
    public void Policies_gain_gold_within_ten_nats()
    {
        var data = Environment.GetEnvironmentVariable("ANNOTATION_DATA");
        Assert.SkipUnless(
            data is not null && Directory.Exists(Path.Combine(data, "models", "stories260k")),
            "ANNOTATION_DATA does not name a folder with models/stories260k."
        );
        var seed = int.Parse(Environment.GetEnvironmentVariable("ANNOTATION_SEED") ?? "1", CultureInfo.InvariantCulture);
        TorchRuntime.SetThreads(1);
        using var experiment = StoriesExperiment.Create(data, seed, TestContext.Current.CancellationToken);
        Show(experiment.Start());
        Show(experiment.BestOfSixteen());
        StoriesFigures[] learned =
        [
            experiment.Improve("ppo", new PpoTrainer(new PpoSettings { Seed = seed })),
            experiment.Improve("rloo", new RlooTrainer(new RlooSettings { Seed = seed })),
            experiment.Improve("dpo", new DpoTrainer(new DpoSettings { Seed = seed })),
        ];
        Assert.All(
            learned,
            figures =>
            {
                Show(figures);
                Assert.InRange(figures.Kl, 0, 10);
                Assert.True(figures.GoldGain.Value > 0, $"{figures.Method} lost gold");
            }
        );
    }

    private void Show(StoriesFigures f) =>
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{f.Method}: gold {f.Gold:F3} (gain {f.GoldGain.Value:F3}), reward model {f.Proxy:F2}, KL {f.Kl:F1} nats, {f.Length:F0} characters"
            )
        );
}
