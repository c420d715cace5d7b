using System.Globalization;
using Annotation.Learning.Checkpoints;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.PolicyGradients;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Ppo;

[Collection(NativeTensorCount.Name)]
public sealed class PpoTrainerTests
{
    private static readonly IReadOnlyList<IReadOnlyList<Message>> _prompts = CoinPolicy.Prompts;
    private static readonly PpoSettings _quick = new()
    {
        Iterations = 4,
        RolloutSize = 16,
        MinibatchSize = 8,
        Epochs = 2,
        MaxNewTokens = 6,
        LearningRate = 1e-3,
        CheckpointIterations = 1,
    };
    private static readonly RewardSource _likesX = CoinPolicy.LikesX;

    [Fact]
    public void The_reward_rises_while_the_kl_stays_small()
    {
        using var policy = CoinPolicy.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        var settings = _quick with
        {
            Iterations = 30,
            RolloutSize = 32,
            MinibatchSize = 32,
            LearningRate = 2e-3,
            ValueLearningRate = 3e-3,
            KlCoefficient = 0.1,
            MissingEndPenalty = 1,
        };
        new PpoTrainer(settings).Train(policy, reference, _likesX, _prompts, progress: recorder, ct: TestContext.Current.CancellationToken);

        var (first, last) = (recorder.Reports[0].Metrics, recorder.Reports[^1].Metrics);
        Assert.InRange(first["score"], -0.1, 1.1);
        Assert.True(last["score"] > first["score"] + 1, $"score {first["score"]:F2} -> {last["score"]:F2}");
        Assert.InRange(last["sequenceKl"], 0.2, 8);
        Assert.Equal(0, first["sequenceKl"], 1e-4);
        Assert.All(recorder.Reports, r => Assert.Equal(0, r.Metrics["skippedMinibatches"]));
        Assert.Equal(3, recorder.Reports[0].Samples!.Count);

        // The measured KL is that of the policy that came out, and best-of-n of the start is the honest rival.
        var prompts = Enumerable.Range(0, 64).Select(i => _prompts[i % 4]).ToList();
        var ids = prompts.Select(p => (int[])[.. policy.Template.EncodePrompt(p)]).ToList();
        var written = new Sampler(policy).Generate(
            ids,
            new SamplingSettings { MaxNewTokens = 6, Seed = 3 },
            TestContext.Current.CancellationToken
        );
        var rollouts = prompts.Select((p, i) => new Rollout(p, ids[i], [.. written[i].Ids], written[i].Ended, written[i].Text)).ToList();
        Assert.InRange(PolicyEvaluation.SequenceKl(policy, reference, rollouts, ct: TestContext.Current.CancellationToken).Value, 0.2, 8);
    }

    [Fact]
    public void A_large_coefficient_keeps_the_policy_where_it_was()
    {
        using var policy = CoinPolicy.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        var settings = _quick with { Iterations = 12, RolloutSize = 32, KlCoefficient = 50 };
        new PpoTrainer(settings).Train(policy, reference, _likesX, _prompts, progress: recorder, ct: TestContext.Current.CancellationToken);
        Assert.InRange(recorder.Reports[^1].Metrics["sequenceKl"], -0.1, 0.3);
    }

    [Fact]
    public void Adding_a_constant_to_the_scores_changes_only_the_value_model()
    {
        // Scores far from 0 would otherwise move every advantage the same way.
        static string Train(double constant)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            var source = new FunctionReward((_, text) => text.Length * 0.1 + constant);
            var settings = _quick with
            {
                Iterations = 1,
                ValueWarmupIterations = 0,
                Epochs = 1,
                MinibatchSize = 16,
                Lambda = 1,
                ScoreClip = null,
            };
            new PpoTrainer(settings).Train(policy, reference, source, _prompts);
            return string.Join(
                ' ',
                policy
                    .Model.Weights.Values.SelectMany(w => w.detach().flatten().data<float>().ToArray().Take(3))
                    .Select(v => v.ToString("F4", CultureInfo.InvariantCulture))
            );
        }
        Assert.Equal(Train(0), Train(2));
    }

    [Fact]
    public void The_reward_model_is_left_alone_and_becomes_the_value_model()
    {
        using var policy = CoinPolicy.Create();
        using var reference = policy.Copy();
        var rankings = Enumerable
            .Range(0, 32)
            .Select(i => new RankedPrompt(_prompts[i % 4], ["xx", "xy", "yy"], new Dictionary<string, int?[]> { ["overall"] = [1, 2, 3] }))
            .ToList();
        using var reward = new RewardModelTrainer(new RewardModelSettings { LearningRate = 2e-3, Epochs = 3 })
            .Train(policy, [new("overall", 1)], rankings, [], ct: TestContext.Current.CancellationToken)
            .Model;
        var (before, referenceBefore) = (
            TrainableModels.Fingerprint(reward.Members[0].Trunk),
            TrainableModels.Fingerprint(reference.Model)
        );
        using var recorder = new RunRecorder();
        new PpoTrainer(_quick with { Iterations = 12, RolloutSize = 32, LearningRate = 2e-3 }).Train(
            policy,
            reference,
            new RewardModelSource(reward),
            _prompts,
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );

        Assert.Equal(before, TrainableModels.Fingerprint(reward.Members[0].Trunk));
        Assert.Equal(referenceBefore, TrainableModels.Fingerprint(reference.Model));
        Assert.NotEqual(referenceBefore, TrainableModels.Fingerprint(policy.Model));
        Assert.True(recorder.Reports[^1].Metrics["score"] > recorder.Reports[0].Metrics["score"] + 0.3);
    }

    [Fact]
    public void Every_metric_of_every_iteration_is_finite()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        new PpoTrainer(_quick with { EntropyCoefficient = 0.01, DualClip = 3, ValueClipRange = 0.2 }).Train(
            policy,
            reference,
            _likesX,
            _prompts,
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );
        string[] wanted =
        [
            "score",
            "scoreStd",
            "reward",
            "sequenceKl",
            "sequenceKlK3",
            "klCoefficient",
            "entropy",
            "approximateKl",
            "clippedShare",
            "ratio",
            "maxRatio",
            "policyLoss",
            "valueLoss",
            "valueClippedShare",
            "explainedVariance",
            "return",
            "returnStd",
            "advantage",
            "advantageStd",
            "completionLength",
            "ended",
            "policyGradientNorm",
            "valueGradientNorm",
            "learningRate",
        ];
        var last = recorder.Reports[^1].Metrics;
        Assert.All(wanted, name => Assert.True(last.ContainsKey(name), name));
        Assert.All(recorder.Reports.SelectMany(r => r.Metrics), m => Assert.True(double.IsFinite(m.Value), m.Key));
    }

    [Fact]
    public void A_score_that_is_no_number_ends_the_run_before_it_teaches_anything()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var source = new FunctionReward((_, _) => double.NaN);
        var problem = Assert.Throws<RewardSourceException>(() =>
            new PpoTrainer(_quick).Train(policy, reference, source, _prompts, ct: TestContext.Current.CancellationToken)
        );
        Assert.Contains("NaN", problem.Message, StringComparison.Ordinal);
        Assert.Equal(TrainableModels.Fingerprint(reference.Model), TrainableModels.Fingerprint(policy.Model));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Stopped_anywhere_and_resumed_it_ends_with_the_same_bytes(int stopAfter)
    {
        var settings = _quick with { TargetSequenceKl = 2, CheckpointIterations = 2 };
        var uninterrupted = Train(settings, null, null);
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(stopAfter))
        {
            Assert.Throws<OperationCanceledException>(() => Train(settings, folder.Path, recorder));
        }
        Assert.Equal(uninterrupted, Train(settings, folder.Path, null));

        static string Train(PpoSettings settings, string? folder, RunRecorder? recorder)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            new PpoTrainer(settings).Train(
                policy,
                reference,
                _likesX,
                _prompts,
                folder is null ? null : new CheckpointFolder(folder),
                recorder,
                recorder?.Token ?? default
            );
            return TrainableModels.Fingerprint(policy.Model);
        }
    }

    [Fact]
    public void Wrong_input_is_refused_before_anything_is_sampled()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        Assert.Equal(
            "Iterations",
            Assert.Throws<InvalidSettingException>(() => Run(_quick with { Iterations = 0 }, reference, _prompts)).Setting
        );
        Assert.Contains(
            "reference",
            Assert.Throws<ArgumentException>(() => Run(_quick, policy, _prompts)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "MaxNewTokens",
            Assert.Throws<NothingToLearnException>(() => Run(_quick with { MaxNewTokens = 62 }, reference, _prompts)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            1,
            Run(_quick with { Iterations = 1 }, reference, [.. _prompts, [new Message("user", new string('a', 80))]]).DroppedPrompts
        );

        PolicyGradientResult Run(PpoSettings settings, Pretrained frozen, IReadOnlyList<IReadOnlyList<Message>> prompts) =>
            new PpoTrainer(settings).Train(policy, frozen, _likesX, prompts, ct: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void No_native_tensor_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var left = TrainableModels.LeftBehind(() =>
        {
            for (var i = 0; i < 2; i++)
            {
                new PpoTrainer(_quick).Train(
                    policy,
                    reference,
                    _likesX,
                    _prompts,
                    new CheckpointFolder(folder.Path),
                    ct: TestContext.Current.CancellationToken
                );
            }
            using var recorder = new RunRecorder(1);
            Assert.Throws<OperationCanceledException>(() =>
                new PpoTrainer(_quick).Train(policy, reference, _likesX, _prompts, null, recorder, recorder.Token)
            );
        });
        Assert.Equal(0, left);
    }
}
