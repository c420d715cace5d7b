using Annotation.Learning.Checkpoints;
using Annotation.Learning.Generation;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Sft;

[Collection(NativeTensorCount.Name)]
public sealed class SftTrainerTests
{
    // "a" asks for "aa!", "b" for "bb!" and so on.
    private static readonly IReadOnlyList<SftExample> _doubling =
    [
        .. Enumerable.Range(0, 64).Select(i => (char)('a' + i % 8)).Select(c => new SftExample([new Message("user", $"{c}")], $"{c}{c}!")),
    ];

    private static readonly SftSettings _quick = new()
    {
        LearningRate = 5e-3,
        BatchSize = 16,
        Epochs = 3,
        CheckpointSteps = 3,
        Patience = 1000,
    };

    [Fact]
    public void A_model_learns_to_answer_and_to_stop()
    {
        using var model = TrainableModels.Create();
        var result = new SftTrainer(_quick with { Epochs = 25 }).Train(
            model,
            _doubling,
            [.. _doubling.Take(8)],
            ct: TestContext.Current.CancellationToken
        );

        Assert.InRange(result.ValidationLoss!.Value, 0, 0.1);
        var prompts = "aceg".Select(c => model.Template.EncodePrompt([new Message("user", $"{c}")])).ToList();
        var written = new Sampler(model).Generate(
            prompts,
            new SamplingSettings { Temperature = 0, MaxNewTokens = 10 },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["aa!", "cc!", "ee!", "gg!"], written.Select(w => w.Text));
        Assert.All(written, w => Assert.True(w.Ended));
    }

    [Fact]
    public void Conversations_of_a_base_corpus_are_packed_whole_and_every_token_is_a_target()
    {
        using var model = TrainableModels.Create();

        // bos, user, a, assistant, a, a, !, eos: eight tokens, two of them in a row of twenty.
        var rows = SftRow.Pack(_doubling.Take(3), model, 20);

        Assert.Equal([16, 8], rows.Select(r => r.Ids.Length));
        Assert.Equal([15, 7], rows.Select(r => r.TargetCount));
        Assert.All(rows, r => Assert.Equal(model.Tokenizer.BosId, r.Ids[0]));
        Assert.All(rows, r => Assert.Equal(model.Tokenizer.EosId, r.Ids[^1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
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
            using var model = TrainableModels.Create();
            new SftTrainer(_quick).Train(
                model,
                _doubling,
                [.. _doubling.Take(8)],
                folder is null ? null : new CheckpointFolder(folder),
                recorder,
                recorder?.Token ?? default
            );
            return TrainableModels.Fingerprint(model.Model);
        }
    }

    [Fact]
    public void The_weights_of_the_validation_minimum_are_kept()
    {
        // Validation wants the opposite of training, so every step makes it worse after a while.
        using var model = TrainableModels.Create();
        using var recorder = new RunRecorder();
        var contrary = _doubling.Take(8).Select(e => e with { Completion = "zz?" }).ToList();
        var result = new SftTrainer(_quick with { Epochs = 30, Patience = 3 }).Train(
            model,
            _doubling,
            contrary,
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );

        var losses = recorder.Reports.Where(r => r.Metrics.ContainsKey("validationLoss")).ToList();
        var minimum = losses.MinBy(r => r.Metrics["validationLoss"])!;
        Assert.Equal(minimum.Step, result.BestStep);
        Assert.Equal(minimum.Metrics["validationLoss"], result.ValidationLoss);
        Assert.True(result.Steps < 30 * 4, "training stops early");
        Assert.Equal(3, losses.Count(r => r.Step > minimum.Step));
    }

    [Fact]
    public void Rows_of_all_lengths_weigh_by_their_tokens_whatever_the_passes()
    {
        // One pass for the whole batch or many small ones: the mean over the batch's tokens, and so the step, is the same.
        var uneven = _doubling.Select((e, i) => e with { Completion = new string('x', 1 + i % 40) }).ToList();
        var losses = new[] { 64, 1 << 20 }.Select(tokens =>
        {
            using var model = TrainableModels.Create();
            using var recorder = new RunRecorder();
            new SftTrainer(_quick with { Epochs = 1, MaxTokensPerPass = tokens }).Train(
                model,
                uneven,
                [],
                progress: recorder,
                ct: TestContext.Current.CancellationToken
            );
            return recorder.Reports.Select(r => r.Metrics["loss"]).ToList();
        });
        Assert.Equal(losses.First(), losses.Last(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Examples_that_are_too_long_are_left_out_whole_and_counted()
    {
        using var model = TrainableModels.Create();
        var tooLong = new SftExample([new Message("user", "x")], new string('x', 500));
        var result = new SftTrainer(_quick with { Epochs = 1 }).Train(
            model,
            [tooLong, .. _doubling],
            [tooLong],
            ct: TestContext.Current.CancellationToken
        );
        Assert.Equal(2, result.DroppedRows);
        Assert.Throws<NothingToLearnException>(() =>
            new SftTrainer(_quick).Train(model, [tooLong], [], ct: TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public void A_base_model_learns_plain_texts()
    {
        using var model = TrainableModels.Create();
        using var recorder = new RunRecorder();
        var texts = Enumerable.Repeat("the cat sat. ", 64).ToList();
        var result = new SftTrainer(_quick with { Epochs = 80, BatchSize = 8 }).TrainBase(
            model,
            texts,
            [.. texts.Take(4)],
            progress: recorder,
            ct: TestContext.Current.CancellationToken
        );
        Assert.InRange(recorder.Reports[0].Metrics["loss"], 5, 6.2);
        Assert.InRange(result.ValidationLoss!.Value, 0, 0.5);
    }

    [Fact]
    public void A_setting_out_of_range_is_named_before_anything_is_trained()
    {
        using var model = TrainableModels.Create();
        var before = TrainableModels.Fingerprint(model.Model);
        var refusal = Assert.Throws<InvalidSettingException>(() =>
            new SftTrainer(_quick with { BatchSize = 0 }).Train(model, _doubling, [], ct: TestContext.Current.CancellationToken)
        );
        Assert.Equal("BatchSize", refusal.Setting);
        Assert.Equal(before, TrainableModels.Fingerprint(model.Model));
    }

    [Fact]
    public void No_native_tensor_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        using var model = TrainableModels.Create();
        var left = TrainableModels.LeftBehind(() =>
        {
            for (var i = 0; i < 2; i++)
            {
                new SftTrainer(_quick).Train(
                    model,
                    _doubling,
                    [.. _doubling.Take(8)],
                    new CheckpointFolder(folder.Path),
                    ct: TestContext.Current.CancellationToken
                );
            }
        });
        Assert.Equal(0, left);
    }
}
