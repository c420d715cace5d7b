using Annotation.Learning.Checkpoints;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rloo;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.PolicyGradients;

/// <summary>What holds for PPO, RLOO and GRPO alike.</summary>
[Collection(NativeTensorCount.Name)]
public sealed class PolicyGradientTrainerTests
{
    [Theory]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void The_reward_rises_while_the_kl_stays_small(string kind)
    {
        using var policy = CoinPolicy.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        var trainer = CoinPolicy.Trainer(kind, s => s with { Iterations = 40, RolloutSize = 32, MinibatchSize = 32, LearningRate = 2e-3 });
        trainer.Train(
            policy,
            reference,
            CoinPolicy.LikesX,
            CoinPolicy.Prompts,
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );

        var (first, last) = (recorder.Reports[0].Metrics, recorder.Reports[^1].Metrics);
        Assert.Equal(0, first["sequenceKl"], 1e-4);
        Assert.True(last["score"] > first["score"] + 1, $"score {first["score"]:F2} -> {last["score"]:F2}");
        Assert.InRange(last["sequenceKl"], 0.2, 10);
        Assert.InRange(recorder.Reports.Average(r => r.Metrics["flatGroups"]), 0, 0.9);
        Assert.All(recorder.Reports.SelectMany(r => r.Metrics), m => Assert.True(double.IsFinite(m.Value), m.Key));
    }

    [Fact]
    public void Below_its_target_the_kl_coefficient_stays_at_its_floor_and_above_it_rises()
    {
        // One iteration is 16 completions: at a horizon of 16 the coefficient changes by a fifth. The first policy is the reference.
        var held = Coefficients(s => s with { TargetSequenceKl = 1000 });
        Assert.All(held, c => Assert.Equal(0.1, c));
        var free = Coefficients(s => s with { TargetSequenceKl = 1000, MinKlCoefficient = 0 });
        Assert.Equal([0.1, 0.08, 0.064, 0.0512], free.Select(c => Math.Round(c, 6)));
        var half = Coefficients(s => s with { TargetSequenceKl = 1000, MinKlCoefficient = 0.07 });
        Assert.Equal([0.1, 0.08, 0.07, 0.07], half.Select(c => Math.Round(c, 6)));
        // The target is so small that any step is beyond it.
        var pressed = Coefficients(s => s with { TargetSequenceKl = 1e-3, LearningRate = 1e-2 });
        Assert.Equal(0.1, pressed[1]);
        Assert.True(pressed[2] > 0.11, $"the coefficient is {pressed[2]} after a step");

        static List<double> Coefficients(Func<PolicyGradientSettings, PolicyGradientSettings> change)
        {
            using var policy = CoinPolicy.Create();
            using var reference = policy.Copy();
            using var recorder = new RunRecorder();
            CoinPolicy
                .Trainer("rloo", s => change(s with { KlCoefficient = 0.1, KlHorizon = 16 }))
                .Train(
                    policy,
                    reference,
                    CoinPolicy.LikesX,
                    CoinPolicy.Prompts,
                    progress: recorder,
                    ct: TestContext.Current.CancellationToken
                );
            return [.. recorder.Reports.Select(r => r.Metrics["klCoefficient"])];
        }
    }

    [Theory]
    [InlineData("ppo", 1)]
    [InlineData("rloo", 1)]
    [InlineData("rloo", 3)]
    [InlineData("grpo", 2)]
    public void Stopped_anywhere_and_resumed_it_ends_with_the_same_bytes(string kind, int stopAfter)
    {
        static PolicyGradientSettings Options(PolicyGradientSettings s) =>
            s with
            {
                TargetSequenceKl = 2,
                AverageDecay = 0.5,
                PretrainingCoefficient = 0.1,
                PretrainingBatchSize = 4,
            };
        var uninterrupted = Train(null, null);
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(stopAfter))
        {
            Assert.Throws<OperationCanceledException>(() => Train(folder.Path, recorder));
        }
        Assert.Equal(uninterrupted, Train(folder.Path, null));

        string Train(string? folder, RunRecorder? recorder)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            CoinPolicy
                .Trainer(kind, Options)
                .Train(
                    policy,
                    reference,
                    CoinPolicy.LikesX,
                    CoinPolicy.Prompts,
                    folder is null ? null : new CheckpointFolder(folder),
                    recorder,
                    recorder?.Token ?? TestContext.Current.CancellationToken
                );
            return TrainableModels.Fingerprint(policy.Model);
        }
    }

    /// <summary>Per-pass means under accumulation weigh the tokens of short passes more (research, bug 7).</summary>
    [Theory]
    [InlineData("ppo")]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void Passes_of_a_minibatch_add_up_to_the_gradients_of_the_whole(string kind)
    {
        float[] Train(int? rowsPerPass)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            CoinPolicy
                .Trainer(
                    kind,
                    s => s with { Iterations = 2, Epochs = 1, MinibatchSize = 16, RowsPerPass = rowsPerPass, GradientClip = 1e6 }
                )
                .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken);
            return [.. policy.Model.Weights.Values.SelectMany(w => w.detach().flatten().data<float>().ToArray())];
        }
        var (whole, passes) = (Train(null), Train(3));
        // Adam turns a difference of rounding in a gradient near 0 into a step of some size, so most weights are compared.
        var equal = whole.Zip(passes).Count(p => Math.Abs(p.First - p.Second) < 2e-5);
        Assert.InRange(equal / (double)whole.Length, 0.98, 1);
    }

    [Fact]
    public void The_average_of_the_weights_comes_out_when_asked_for()
    {
        float First(double? decay, int iterations)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            CoinPolicy
                .Trainer("rloo", s => s with { Iterations = iterations, AverageDecay = decay })
                .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken);
            return policy.Model.Weights.Values.First().detach().flatten()[0].item<float>();
        }
        using var start = TrainableModels.Create();
        var (before, after) = (start.Model.Weights.Values.First().detach().flatten()[0].item<float>(), First(null, 1));
        Assert.NotEqual(before, after);
        Assert.Equal(0.75 * before + 0.25 * after, First(0.75, 1), 1e-7);
    }

    [Fact]
    public void The_pretraining_loss_holds_on_to_the_demonstrations()
    {
        double LossAfter(double coefficient)
        {
            using var policy = CoinPolicy.Create();
            using var reference = policy.Copy();
            using var recorder = new RunRecorder();
            CoinPolicy
                .Trainer(
                    "rloo",
                    s =>
                        s with
                        {
                            Iterations = 20,
                            LearningRate = 3e-3,
                            KlCoefficient = 0,
                            TargetSequenceKl = null,
                            PretrainingCoefficient = coefficient,
                        }
                )
                .Train(
                    policy,
                    reference,
                    CoinPolicy.LikesX,
                    CoinPolicy.Prompts,
                    progress: recorder,
                    ct: TestContext.Current.CancellationToken
                );
            return recorder.Reports[^1].Metrics["pretrainingLoss"];
        }
        var (held, free) = (LossAfter(1), LossAfter(1e-9));
        Assert.True(held < free - 0.05, $"{held:F3} against {free:F3} nats");
    }

    [Fact]
    public void Pretraining_without_demonstrations_and_groups_that_do_not_fit_are_refused()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        void Run(RlooSettings settings) =>
            new RlooTrainer(settings).Train(
                policy,
                reference,
                CoinPolicy.LikesX,
                CoinPolicy.Prompts,
                ct: TestContext.Current.CancellationToken
            );

        Assert.Contains(
            "demonstrations",
            Assert.Throws<ArgumentException>(() => Run(new RlooSettings { PretrainingCoefficient = 1 })).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "RolloutSize",
            Assert.Throws<InvalidSettingException>(() => Run(new RlooSettings { RolloutSize = 10, CompletionsPerPrompt = 4 })).Setting
        );
    }

    [Theory]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void No_native_tensor_is_left_behind(string kind)
    {
        using var folder = new TemporaryFolder();
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var left = TrainableModels.LeftBehind(() =>
        {
            Run(null);
            Run(null);
            using var recorder = new RunRecorder(1);
            Assert.Throws<OperationCanceledException>(() => Run(recorder));
        });
        Assert.Equal(0, left);

        void Run(RunRecorder? recorder) =>
            CoinPolicy
                .Trainer(kind, s => s with { AverageDecay = 0.9, PretrainingCoefficient = 0.1, PretrainingBatchSize = 4, RowsPerPass = 5 })
                .Train(
                    policy,
                    reference,
                    CoinPolicy.LikesX,
                    CoinPolicy.Prompts,
                    recorder is null ? new CheckpointFolder(folder.Path) : null,
                    recorder,
                    recorder?.Token ?? default
                );
    }
}
