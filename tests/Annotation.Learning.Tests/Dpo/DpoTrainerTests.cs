using Annotation.Learning.Checkpoints;
using Annotation.Learning.Dpo;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tests.PolicyGradients;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Dpo;

[Collection(NativeTensorCount.Name)]
public sealed class DpoTrainerTests
{
    private static readonly DpoSettings _quick = new()
    {
        LearningRate = 1e-3,
        BatchPrompts = 8,
        CheckpointSteps = 2,
        ValidationsPerEpoch = 1,
    };

    /// <summary>Three completions each: more x is better, two are equally bad.</summary>
    private static readonly IReadOnlyList<RankedPrompt> _rankings =
    [
        .. Enumerable
            .Range(0, 32)
            .Select(i => new RankedPrompt(
                CoinPolicy.Prompts[i % 4],
                ["xx", i % 2 == 0 ? "xyx" : "yxx", "yy"],
                new Dictionary<string, int?[]> { ["overall"] = [1, 2, 2], ["other"] = [null, 1, 2] }
            )),
    ];

    [Theory]
    [InlineData(DpoLossKind.Sigmoid, 0)]
    [InlineData(DpoLossKind.Sigmoid, 0.1)]
    [InlineData(DpoLossKind.Robust, 0.1)]
    [InlineData(DpoLossKind.Hinge, 0)]
    [InlineData(DpoLossKind.Ipo, 0)]
    public void What_was_preferred_becomes_more_probable_than_under_the_reference(DpoLossKind loss, double smoothing)
    {
        using var policy = CoinPolicy.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        var result = new DpoTrainer(_quick with { Loss = loss, LabelSmoothing = smoothing, LearningRate = 3e-3, Epochs = 4 }).Train(
            policy,
            reference,
            _rankings,
            _rankings.Take(8).ToList(),
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );
        var (first, last) = (recorder.Reports[0].Metrics, recorder.Reports[^1].Metrics);
        Assert.Equal(0, first["margin"], 1e-4);
        Assert.True(last["margin"] > 0.1, $"margin {last["margin"]:F3}");
        Assert.True(last["loss"] < first["loss"]);
        Assert.Equal(1, last["validationAccuracy"], 1e-6);
        Assert.Equal((16, 64), (result.Steps, result.Pairs));
        Assert.All(recorder.Reports.SelectMany(r => r.Metrics), m => Assert.True(double.IsFinite(m.Value), m.Key));
    }

    [Fact]
    public void The_first_loss_is_that_of_equal_chances()
    {
        // Policy and reference are equal, so h = 0: -log sigmoid(0) = log 2.
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        new DpoTrainer(_quick with { Epochs = 1 }).Train(
            policy,
            reference,
            _rankings,
            [],
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );
        Assert.Equal(Math.Log(2), recorder.Reports[0].Metrics["loss"], 1e-6);
    }

    [Fact]
    public void Passes_give_the_gradients_of_the_whole_batch()
    {
        double Norm(int tokens)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            using var recorder = new RunRecorder();
            new DpoTrainer(_quick with { Epochs = 1, BatchPrompts = 32, MaxTokensPerPass = tokens }).Train(
                policy,
                reference,
                _rankings,
                [],
                progress: recorder,
                ct: TestContext.Current.CancellationToken
            );
            return recorder.Reports[0].Metrics["gradientNorm"];
        }
        Assert.Equal(Norm(16384), Norm(64), 1e-4 * Norm(64));
    }

    [Fact]
    public void Only_the_wanted_criterion_is_learned_and_ties_teach_nothing()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        DpoResult Run(string criterion, IReadOnlyList<RankedPrompt> rankings) =>
            new DpoTrainer(_quick with { Criterion = criterion, Epochs = 1 }).Train(
                policy,
                reference,
                rankings,
                [],
                ct: TestContext.Current.CancellationToken
            );

        Assert.Equal(32, Run("other", _rankings).Pairs);
        Assert.Contains(
            "different rank on 'nothing'",
            Assert.Throws<NothingToLearnException>(() => Run("nothing", _rankings)).Message,
            StringComparison.Ordinal
        );
        var tooLong = new RankedPrompt(
            [new Message("user", "a")],
            ["x", "y", new string('z', 80)],
            new Dictionary<string, int?[]> { ["overall"] = [1, 2, 3] }
        );
        var result = Run("overall", [tooLong]);
        Assert.Equal((1, 1), (result.Pairs, result.DroppedCompletions));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Stopped_anywhere_and_resumed_it_ends_with_the_same_bytes(int stopAfter)
    {
        var uninterrupted = Train(null, null);
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(stopAfter))
        {
            Assert.Throws<OperationCanceledException>(() => Train(folder.Path, recorder));
        }
        Assert.Equal(uninterrupted, Train(folder.Path, null));

        static string Train(string? folder, RunRecorder? recorder)
        {
            using var policy = TrainableModels.Create();
            using var reference = policy.Copy();
            new DpoTrainer(_quick).Train(
                policy,
                reference,
                _rankings,
                _rankings.Take(4).ToList(),
                folder is null ? null : new CheckpointFolder(folder),
                recorder,
                recorder?.Token ?? default
            );
            return TrainableModels.Fingerprint(policy.Model);
        }
    }

    [Fact]
    public void Wrong_input_is_refused_and_the_reference_stays_as_it_is()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var before = TrainableModels.Fingerprint(reference.Model);
        void Run(DpoSettings settings, Pretrained frozen) =>
            new DpoTrainer(settings).Train(policy, frozen, _rankings, [], ct: TestContext.Current.CancellationToken);

        Assert.Contains("reference", Assert.Throws<ArgumentException>(() => Run(_quick, policy)).Message, StringComparison.Ordinal);
        Assert.Equal("Beta", Assert.Throws<InvalidSettingException>(() => Run(_quick with { Beta = 0 }, reference)).Setting);
        Assert.Equal(
            "LabelSmoothing",
            Assert
                .Throws<InvalidSettingException>(() => Run(_quick with { Loss = DpoLossKind.Ipo, LabelSmoothing = 0.1 }, reference))
                .Setting
        );
        Run(_quick with { Epochs = 1 }, reference);
        Assert.Equal(before, TrainableModels.Fingerprint(reference.Model));
    }

    [Fact]
    public void No_native_tensor_is_left_behind()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        Assert.Equal(
            0,
            TrainableModels.LeftBehind(() =>
            {
                for (var i = 0; i < 2; i++)
                {
                    new DpoTrainer(_quick).Train(policy, reference, _rankings, _rankings, ct: TestContext.Current.CancellationToken);
                }
            })
        );
    }
}
