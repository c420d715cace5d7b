using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Rloo;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

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

    [Fact]
    public void A_policy_that_is_no_longer_a_number_ends_the_run_with_step_metric_and_setting()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        using var scope = NewDisposeScope();
        var spoilt = false;
        // Spoils the policy between sampling and learning, as an overflow would.
        var source = new FunctionReward(
            (_, text) =>
            {
                if (!spoilt)
                {
                    using var guard = no_grad();
                    policy.Model.Weights.Values.Last().fill_(float.NaN);
                    spoilt = true;
                }
                return text.Length;
            }
        );
        var problem = Assert.Throws<TrainingDivergedException>(() =>
            CoinPolicy.Trainer("rloo").Train(policy, reference, source, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken)
        );
        Assert.Equal((1, "policyLoss", "LearningRate"), (problem.Step, problem.Metric, problem.Setting));
        Assert.Contains("0.001", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_whose_logits_break_in_its_last_step_ends_the_run_at_the_next()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var problem = Assert.Throws<TrainingDivergedException>(() =>
            CoinPolicy
                .Trainer("rloo")
                .Train(
                    policy,
                    reference,
                    CoinPolicy.LikesX,
                    CoinPolicy.Prompts,
                    progress: new Synchronous(() => policy.Model.Weights.Values.Last().fill_(float.NaN)),
                    ct: TestContext.Current.CancellationToken
                )
        );
        Assert.Equal((2, "logits", "LearningRate"), (problem.Step, problem.Metric, problem.Setting));
    }

    [Fact]
    public void A_value_model_that_learns_nothing_ends_the_run_by_its_own_setting()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        // The square of such a return is no float32.
        var huge = new FunctionReward((_, text) => 1e30 * (text.Length - 2));
        var problem = Assert.Throws<TrainingDivergedException>(() =>
            CoinPolicy
                .Trainer("ppo", s => s with { ScoreClip = null })
                .Train(policy, reference, huge, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken)
        );
        Assert.Equal((1, "valueLoss", "ValueLearningRate"), (problem.Step, problem.Metric, problem.Setting));
    }

    /// <summary>A whole completion is one action: its ratio is far from 1 where none of its tokens' is.</summary>
    [Fact]
    public void Rloo_watches_the_ratio_of_whole_completions_and_tells_of_skipped_minibatches()
    {
        var (rloo, grpo) = (Skipped("rloo"), Skipped("grpo"));
        Assert.True(rloo["maxRatio"] > 10, $"the largest ratio is {rloo["maxRatio"]}");
        Assert.True(rloo["skippedMinibatches"] > 0, "nothing was skipped");
        Assert.True(rloo["ratio"] > 5, $"the mean is {rloo["ratio"]}: skipped minibatches were left out of it");
        Assert.Equal(0, grpo["skippedMinibatches"]);

        IReadOnlyDictionary<string, double> Skipped(string kind)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            return CoinPolicy
                .Trainer(
                    kind,
                    s =>
                        s with
                        {
                            Iterations = 1,
                            Epochs = 12,
                            LearningRate = 3e-3,
                            MaxApproximateKl = 1e6,
                            ClipRange = 10,
                            KlCoefficient = 0,
                        }
                )
                .Train(
                    policy,
                    reference,
                    new FunctionReward((_, text) => text[0] < 'M' ? -1 : 1),
                    CoinPolicy.Prompts,
                    ct: TestContext.Current.CancellationToken
                )
                .Metrics;
        }
    }

    [Theory]
    [InlineData("ppo")]
    [InlineData("rloo")]
    public void The_samples_shown_are_of_several_prompts(string kind)
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        CoinPolicy
            .Trainer(kind, s => s with { Iterations = 1 })
            .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, progress: recorder, ct: TestContext.Current.CancellationToken);
        Assert.Equal(3, recorder.Reports[0].Samples!.Select(s => s.Prompt).Distinct().Count());
    }

    [Theory]
    [InlineData("ppo")]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void In_half_precision_scores_and_averages_are_whole_floats(string kind)
    {
        using var folder = new TemporaryFolder();
        using var start = CoinPolicy.Create();
        using var policy = start with { Model = start.Model.Clone(CPU, ScalarType.BFloat16) };
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        var result = CoinPolicy
            .Trainer(kind, s => s with { AverageDecay = 0.999 })
            .Train(
                policy,
                reference,
                // 1.001 is 1 in bfloat16.
                new FunctionReward((_, _) => 1.001),
                CoinPolicy.Prompts,
                new CheckpointFolder(folder.Path),
                recorder,
                TestContext.Current.CancellationToken
            );

        Assert.Equal(4, result.Iterations);
        Assert.All(recorder.Reports, r => Assert.Equal(1.001, r.Metrics["score"], 1e-6));
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Path.Combine(folder.Path, "step-0000000004", "tensors.safetensors"));
        var name = reference.Model.Weights.Keys.First();
        Assert.Equal(ScalarType.BFloat16, file.Read("policy." + name).dtype);
        var average = file.Read("average.policy." + name);
        Assert.Equal(ScalarType.Float32, average.dtype);
        // A thousandth of a small step: far less than what tells two bfloat16 weights apart, and not lost.
        var moved = (average - reference.Model.Weights[name].to(ScalarType.Float32)).abs().max().item<float>();
        Assert.InRange(moved, 1e-8, 1e-4);
        if (kind == "ppo")
        {
            Assert.Equal(ScalarType.Float32, file.Read("value.head.weight").dtype);
        }
    }

    /// <summary>What the optimizer steps on is the minibatch, whatever was computed at a time (research, bug 20).</summary>
    [Theory]
    [InlineData("ppo")]
    [InlineData("rloo")]
    [InlineData("grpo")]
    public void Rows_per_pass_change_no_metric(string kind)
    {
        var (whole, passes) = (Train(null), Train(3));
        Assert.Equal(whole.Keys.Order(), passes.Keys.Order());
        Assert.All(whole, m => Assert.Equal(m.Value, passes[m.Key], 1e-4 * Math.Max(1, Math.Abs(m.Value))));

        IReadOnlyDictionary<string, double> Train(int? rowsPerPass)
        {
            using var policy = CoinPolicy.Create();
            using var reference = policy.Copy();
            return CoinPolicy
                .Trainer(
                    kind,
                    s =>
                        s with
                        {
                            Iterations = 1,
                            MinibatchSize = 16,
                            RowsPerPass = rowsPerPass,
                            EntropyCoefficient = 0.01,
                            PretrainingCoefficient = 0.1,
                        }
                )
                .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken)
                .Metrics;
        }
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

    private sealed class Synchronous(Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            using var guard = no_grad();
            act();
        }
    }
}
