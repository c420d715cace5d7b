using System.Globalization;
using Annotation.Learning.Dpo;
using Annotation.Learning.Evaluation;
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
        var reward = experiment.RewardReport;
        Show($"reward model {reward.Accuracy.Value:F3} of {reward.Pairs} pairs, bag of words {reward.BagOfWords!.Value:F3}");
        Show(experiment.Start());
        Show(experiment.BestOfSixteen());
        // The average of the last iterations' weights: what they do by chance costs KL and earns nothing.
        var ppo = experiment.Improve("ppo", new PpoTrainer(new PpoSettings { Seed = seed, AverageDecay = 0.9 }));
        Show(ppo);
        var rloo = experiment.Improve("rloo", new RlooTrainer(new RlooSettings { Seed = seed, AverageDecay = 0.9 }));
        Show(rloo);
        var dpo = experiment.Improve("dpo", new DpoTrainer(new DpoSettings { Seed = seed }));
        Show(dpo);
        Assert.InRange(ppo.Kl, 0, 10);
        Assert.True(ppo.AheadOfBest.Value >= 0, $"PPO is behind the best of 16 by {-ppo.AheadOfBest.Value:F3}");
        Assert.All([ppo, rloo, dpo], f => Assert.True(f.GoldGain.Low > 0, $"{f.Method} gained no gold"));
    }

    private void Show(StoriesFigures f) =>
        Show(
            $"{f.Method}: gold {f.Gold:F3}, gain {Text(f.GoldGain)}, ahead of best of 16 by {Text(f.AheadOfBest)}, "
                + $"reward model {f.Proxy:F2}, KL {f.Kl:F1} nats, {f.Ended:P0} end, {f.Length:F0} characters"
        );

    private static string Text(Estimate e) => $"{e.Value:F3} [{e.Low:F3}, {e.High:F3}]";

    private void Show(string line) => output.WriteLine(line);
}
