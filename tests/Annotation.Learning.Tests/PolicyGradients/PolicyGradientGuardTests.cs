using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.PolicyGradients;

/// <summary>What PPO, RLOO and GRPO watch while they learn, what they tell of it, and when they stop.</summary>
public sealed class PolicyGradientGuardTests
{
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

    private sealed class Synchronous(Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            using var guard = no_grad();
            act();
        }
    }
}
