using Annotation.Learning.Checkpoints;
using Annotation.Learning.Dpo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.PolicyGradients;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Training;

/// <summary>
/// A run that dies without warning, again and again, between its steps or in the middle of one, and is started again each time, ends
/// with the bytes of a run that lived.
/// </summary>
public sealed class KilledAnywhereTests
{
    private static readonly IReadOnlyList<RankedPrompt> _rankings =
    [
        .. Enumerable
            .Range(0, 24)
            .Select(i => new RankedPrompt(
                CoinPolicy.Prompts[i % 4],
                ["xx", i % 2 == 0 ? "xyx" : "yxx", "yy"],
                new Dictionary<string, int?[]> { ["overall"] = [1, 2, 3] }
            )),
    ];

    [Theory]
    [InlineData("sft")]
    [InlineData("reward")]
    [InlineData("dpo")]
    [InlineData("ppo")]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void Three_deaths_change_no_byte(string trainer) => Die(trainer, 3);

    [Theory]
    [InlineData("sft")]
    [InlineData("reward")]
    [InlineData("dpo")]
    [InlineData("ppo")]
    [InlineData("rloo")]
    [InlineData("grpo")]
    [Trait("Category", "nightly")]
    public void Twenty_deaths_change_no_byte(string trainer) => Die(trainer, 20);

    private static void Die(string trainer, int deaths)
    {
        var whole = Train(trainer, null, new Executioner(int.MaxValue));
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(42);
        for (var death = 0; death < deaths; death++)
        {
            // A checkpoint is left at every second step, so a death costs up to two and the run still gets on.
            var executioner = new Executioner(1 + random.NextInt(6));
            try
            {
                Train(trainer, new CheckpointFolder(folder.Path), executioner);
            }
            catch (Killed)
            {
                if (death % 4 == 3)
                {
                    Tear(folder.Path);
                }
            }
        }
        Assert.Equal(whole, Train(trainer, new CheckpointFolder(folder.Path), new Executioner(int.MaxValue)));
    }

    // As when the machine lost its power while the newest checkpoint was being written.
    private static void Tear(string folder)
    {
        if (Directory.EnumerateFiles(folder, "tensors.safetensors", SearchOption.AllDirectories).Max(StringComparer.Ordinal) is { } newest)
        {
            using var file = File.OpenWrite(newest);
            file.SetLength(file.Length / 2);
        }
    }

    private static string Train(string trainer, CheckpointFolder? checkpoints, Executioner executioner)
    {
        using var model = TrainableModels.Create();
        using var reference = model.Copy();
        switch (trainer)
        {
            case "sft":
                new SftTrainer(
                    new SftSettings
                    {
                        BatchSize = 16,
                        Epochs = 1,
                        CheckpointSteps = 2,
                    }
                ).Train(model, CoinPolicy.Demonstrations, [.. CoinPolicy.Demonstrations.Take(16)], checkpoints, executioner);
                break;
            case "reward":
                using (var reward = new RewardModelTrainer(
                        new RewardModelSettings
                        {
                            BatchPrompts = 4,
                            Epochs = 2,
                            CheckpointSteps = 2,
                        }
                    ).Train(model, [new("overall", 1)], _rankings, [.. _rankings.Take(4)], checkpoints, executioner).Model)
                {
                    return TrainableModels.Fingerprint(reward.Members[0].Trunk);
                }
            case "dpo":
                new DpoTrainer(new DpoSettings { BatchPrompts = 4, CheckpointSteps = 2 }).Train(
                    model,
                    reference,
                    _rankings,
                    [.. _rankings.Take(4)],
                    checkpoints,
                    executioner
                );
                break;
            default:
                // Asked for scores, it may die in the middle of an iteration.
                var source = new FunctionReward(
                    (prompt, text) =>
                    {
                        executioner.Tick(prompt[0].Content == "a" ? 0.3 : 0);
                        return text.Count(c => c == 'x') - 1;
                    }
                );
                CoinPolicy
                    .Trainer(trainer, s => s with { Iterations = 8, TargetSequenceKl = 2, AverageDecay = 0.8 })
                    .Train(model, reference, source, CoinPolicy.Prompts, checkpoints, executioner);
                break;
        }
        return TrainableModels.Fingerprint(model.Model);
    }

    private sealed class Killed : Exception;

    /// <summary>Kills the run after so many steps' worth of what it tells or asks.</summary>
    private sealed class Executioner(int life) : IProgress<TrainingProgress>
    {
        private double _lived;

        public void Report(TrainingProgress value) => Tick(1);

        internal void Tick(double weight)
        {
            _lived += weight;
            if (_lived >= life)
            {
                throw new Killed();
            }
        }
    }
}
