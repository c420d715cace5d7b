using Annotation.Learning.Checkpoints;
using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.RewardModeling;

[Collection(NativeTensorCount.Name)]
public sealed class RewardModelTrainerTests
{
    private static readonly WeightedCriterion[] _criteria = [new("overall", 1), new("brevity", 0.5)];
    private static readonly IReadOnlyList<RankedPrompt> _train = [.. Enumerable.Range(0, 96).Select(Ranking)];
    private static readonly IReadOnlyList<RankedPrompt> _test = [.. Enumerable.Range(1000, 40).Select(Ranking)];
    private static readonly RewardModelSettings _quick = new()
    {
        LearningRate = 3e-3,
        Epochs = 4,
        BatchPrompts = 8,
        CheckpointSteps = 4,
        Patience = 1000,
        Features = false,
    };

    /// <summary>Better completions have more letters z, shorter ones are briefer; both by chance, so neither length nor order tells.</summary>
    private static RankedPrompt Ranking(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        string[] texts =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i =>
                    new string([
                        .. Enumerable
                            .Range(0, 4 + random.NextInt(8))
                            .Select(_ => random.NextInt(3) == 0 ? 'z' : (char)('a' + random.NextInt(4))),
                    ]) + i
                ),
        ];
        var ranks = new Dictionary<string, int?[]> { ["overall"] = Ranks(t => t.Count(c => c == 'z')) };
        if (seed % 2 == 0)
        {
            ranks["brevity"] = Ranks(t => -t.Length);
            ranks["brevity"][seed / 2 % 4] = null;
        }
        return new([new Message("user", $"{seed % 10}")], texts, ranks);

        int?[] Ranks(Func<string, int> value) => [.. texts.Select(t => (int?)(1 + texts.Count(o => value(o) > value(t))))];
    }

    [Fact]
    public void Each_head_learns_its_criterion_and_beats_the_baselines()
    {
        using var init = TrainableModels.Create();
        var result = new RewardModelTrainer(_quick with { Epochs = 8 }).Train(
            init,
            _criteria,
            _train,
            [.. _test.Take(20)],
            ct: TestContext.Current.CancellationToken
        );
        using var model = result.Model;

        var reports = _criteria
            .Select(
                (c, i) =>
                    RewardEvaluation.Measure(
                        c.Key,
                        (p, t) => [.. model.LogOdds(p, t).Select(s => s[i])],
                        _test,
                        _train,
                        TestContext.Current.CancellationToken
                    )!
            )
            .ToList();
        Assert.InRange(reports[0].Accuracy.Value, 0.9, 1);
        Assert.InRange(reports[1].Accuracy.Value, 0.9, 1);
        Assert.True(reports[0].Accuracy.Value > reports[0].LongerWins.Value + 0.1);
        Assert.True(reports[0].Nll < Math.Log(2) / 2);
        Assert.InRange(result.ValidationNll!.Value, 0, Math.Log(2) / 2);
    }

    [Fact]
    public void Heads_are_normalised_over_the_training_completions()
    {
        using var init = TrainableModels.Create();
        using var model = new RewardModelTrainer(_quick)
            .Train(init, _criteria, _train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        var scores = _train.SelectMany(r => model.Score(r.Prompt, r.Completions)).Select(s => s[0]).ToList();
        Assert.InRange(scores.Average(), -1e-3, 1e-3);
        Assert.InRange(scores.Average(s => s * s), 0.999, 1.001);
    }

    [Fact]
    public void Heads_start_with_a_standard_deviation_of_one_over_the_root_of_d_plus_one()
    {
        using var scope = NewDisposeScope();
        using var init = TrainableModels.Create();
        var many = Enumerable.Range(0, 64).Select(i => new WeightedCriterion($"c{i}", 1)).Append(_criteria[0]).ToList();
        using var model = new RewardModelTrainer(_quick with { Epochs = 1, LearningRate = 1e-8 })
            .Train(init, many, [_train[0]], [], ct: TestContext.Current.CancellationToken)
            .Model;
        // 65 x 32 draws: the standard error of the standard deviation is 1.6 %.
        Assert.Equal(1 / Math.Sqrt(33), model.Members[0].HeadWeight.std().item<float>(), 0.01);
        Assert.Equal(0, model.Members[0].HeadBias.abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void A_score_does_not_depend_on_the_padding_beside_it()
    {
        using var init = TrainableModels.Create();
        using var model = new RewardModelTrainer(_quick with { Epochs = 1 })
            .Train(init, _criteria, _train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        IReadOnlyList<Message> prompt = [new("user", "5")];
        var alone = model.Score(prompt, ["zzz"], TestContext.Current.CancellationToken)[0];
        var beside = model.Score(prompt, ["zzz", "a much longer one than that"], TestContext.Current.CancellationToken)[0];
        Assert.Equal(alone[0], beside[0], 1e-4);
        // The end token is where the score is read: text that already has it is not given another.
        Assert.Equal(model.Row([1, 2], [3, model.Tokenizer.EosId]), model.Row([1, 2], [3]));
        // A long conversation loses its beginning but not its first token; a completion is never cut.
        var end = model.Tokenizer.EosId;
        Assert.Equal([1, 4, 5, 6, 7, 8, 9, end], model.RowWithin(8, [1, 2, 3, 4, 5, 6], [7, 8, 9])!);
        Assert.Equal([1, 2, 3, end], model.RowWithin(4, [1, 2], [3])!);
        Assert.NotNull(model.RowWithin(8, [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11]));
        Assert.Null(model.RowWithin(8, [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]));
    }

    [Theory]
    [InlineData(PreferenceLoss.PlackettLuce)]
    [InlineData(PreferenceLoss.RaoKupper)]
    [InlineData(PreferenceLoss.Davidson)]
    public void The_other_losses_learn_too(PreferenceLoss loss)
    {
        using var init = TrainableModels.Create();
        var result = new RewardModelTrainer(_quick with { Epochs = 6, Loss = loss }).Train(
            init,
            [_criteria[0]],
            _train,
            _test,
            ct: TestContext.Current.CancellationToken
        );
        using var model = result.Model;
        Assert.InRange(result.ValidationNll!.Value, 0, 0.5);
        Assert.Equal(loss != PreferenceLoss.PlackettLuce, result.TieStrength is not null);
    }

    [Theory]
    [InlineData(0.1, 0, 0)]
    [InlineData(0, 0.1, 0)]
    [InlineData(0, 0, 0.5)]
    public void Noise_models_and_margins_learn_too(double smoothing, double flips, double margin)
    {
        using var init = TrainableModels.Create();
        var settings = _quick with { Epochs = 6, LabelSmoothing = smoothing, FlipRate = flips, Margin = margin };
        var result = new RewardModelTrainer(settings).Train(init, [_criteria[0]], _train, _test, ct: TestContext.Current.CancellationToken);
        using var model = result.Model;
        Assert.InRange(result.ValidationNll!.Value, 0, 0.5);
    }

    [Theory]
    [InlineData(PreferenceLoss.RaoKupper, 2.0)]
    [InlineData(PreferenceLoss.Davidson, 1.0)]
    public void The_strength_of_ties_is_learned_from_a_start_where_equal_scores_tie_as_often_as_ties_were_seen(
        PreferenceLoss loss,
        double start
    )
    {
        // One pair in three is tied: theta = (1 + 1/3) / (1 - 1/3) = 2, nu = 2/3 / (1 - 1/3) = 1.
        RankedPrompt[] rankings =
        [
            .. Enumerable
                .Range(0, 24)
                .Select(i => new RankedPrompt(
                    [new Message("user", "p")],
                    ["zzzz", "zzzy", "b"],
                    new Dictionary<string, int?[]> { ["overall"] = [1, 1, 2] }
                )),
        ];
        Assert.Equal(start, Train(_quick with { Loss = loss, Epochs = 1, LearningRate = 1e-8 }), 1e-3);
        // What ties here is alike and what differs is not, so the model need not call unequal scores a tie.
        Assert.NotEqual(start, Train(_quick with { Loss = loss, Epochs = 8 }), 1e-2);

        double Train(RewardModelSettings settings)
        {
            using var init = TrainableModels.Create();
            var result = new RewardModelTrainer(settings).Train(
                init,
                [_criteria[0]],
                rankings,
                [],
                ct: TestContext.Current.CancellationToken
            );
            result.Model.Dispose();
            return result.TieStrength!.Value;
        }
    }

    [Fact]
    public void The_mean_of_demonstrations_can_be_the_zero()
    {
        using var init = TrainableModels.Create();
        var demonstrations = _test.Select(r => new SftExample(r.Prompt, r.Completions[0])).ToList();
        using var model = new RewardModelTrainer(_quick with { Epochs = 2, Center = ScoreCenter.Demonstrations })
            .Train(init, _criteria, _train, [], demonstrations: demonstrations, ct: TestContext.Current.CancellationToken)
            .Model;
        var scores = demonstrations.Select(d => model.Score(d.Prompt, [d.Completion])[0][0]).ToList();
        Assert.InRange(scores.Average(), -1e-3, 1e-3);
        var spread = _train.SelectMany(r => model.Score(r.Prompt, r.Completions)).Select(s => s[0]).ToList();
        Assert.InRange(spread.Average(s => Math.Pow(s - spread.Average(), 2)), 0.999, 1.001);
    }

    [Fact]
    public void Validation_rankings_set_the_temperature()
    {
        // Half of the labels are wrong, so what the network learned of clean ones is far too sure of itself.
        using var init = TrainableModels.Create();
        var noisy = _test
            .SelectMany(r =>
                new[]
                {
                    r,
                    r with
                    {
                        RanksByCriterion = new Dictionary<string, int?[]>
                        {
                            ["overall"] = [.. r.RanksByCriterion["overall"].Select(k => 5 - k)],
                        },
                    },
                }
            )
            .ToList();
        using var model = new RewardModelTrainer(_quick)
            .Train(init, [_criteria[0]], _train, noisy, ct: TestContext.Current.CancellationToken)
            .Model;
        Assert.InRange(model.Mixes[0].Network, 0, 0.9);
    }

    [Fact]
    public void An_ensemble_has_members_of_its_own_and_survives_the_disk()
    {
        using var folder = new TemporaryFolder();
        using var init = TrainableModels.Create();
        var before = TrainableModels.Fingerprint(init.Model);
        var settings = _quick with { Members = 2, Epochs = 1, EnsembleRule = EnsembleRule.Worst, Features = true };
        using var model = new RewardModelTrainer(settings)
            .Train(init, _criteria, _train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        model.Save(folder.Path);
        using var loaded = RewardModel.Load(folder.Path, CPU);

        Assert.NotEqual(TrainableModels.Fingerprint(model.Members[0].Trunk), TrainableModels.Fingerprint(model.Members[1].Trunk));
        Assert.Equal(before, TrainableModels.Fingerprint(init.Model));
        Assert.Equal(model.Criteria, loaded.Criteria);
        Assert.Equal(EnsembleRule.Worst, loaded.Rule);
        Assert.Equal(model.Mixes, loaded.Mixes);
        Assert.NotEmpty(loaded.Features!.Keys);
        IReadOnlyList<Message> prompt = [new("user", "5")];
        Assert.Equal(
            model.Score(prompt, ["zazb", "q"], TestContext.Current.CancellationToken),
            loaded.Score(prompt, ["zazb", "q"], TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("reward_model.json", "{}", "criteria")]
    [InlineData("reward_model.json", "{", "is not valid")]
    [InlineData("reward_model.json", null, "missing")]
    [InlineData("reward_head.safetensors", null, "missing")]
    public void A_broken_folder_is_refused_by_file(string file, string? content, string complaint)
    {
        using var folder = new TemporaryFolder();
        using var init = TrainableModels.Create();
        using (
            var model = new RewardModelTrainer(_quick with { Epochs = 1 })
                .Train(init, _criteria, [.. _train.Take(8)], [], ct: TestContext.Current.CancellationToken)
                .Model
        )
        {
            model.Save(folder.Path);
        }
        File.Delete(Path.Combine(folder.Path, file));
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(folder.Path, file), content);
        }
        var refusal = Assert.Throws<ModelFolderException>(() => RewardModel.Load(folder.Path, CPU));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(26)]
    public void Stopped_anywhere_and_resumed_it_ends_with_the_same_bytes(int stopAfter)
    {
        var uninterrupted = Train(null, null);
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(stopAfter))
        {
            Assert.Throws<OperationCanceledException>(() => Train(folder.Path, recorder));
        }
        Assert.Equal(uninterrupted, Train(folder.Path, null));

        // 12 steps a member: the stops are in the first, in the second, and in the third.
        static string Train(string? folder, RunRecorder? recorder)
        {
            using var init = TrainableModels.Create();
            using var model = new RewardModelTrainer(_quick with { Epochs = 1, Members = 3 })
                .Train(
                    init,
                    _criteria,
                    _train,
                    [.. _test.Take(8)],
                    folder is null ? null : new CheckpointFolder(folder),
                    recorder,
                    ct: recorder?.Token ?? default
                )
                .Model;
            return TrainableModels.Fingerprint(
                    model.Members.SelectMany(m => m.Trunk.Weights.Values.Append(m.HeadWeight).Append(m.HeadBias))
                ) + string.Join(',', model.Members.SelectMany(m => m.Normalization));
        }
    }

    [Fact]
    public void Completions_that_are_too_long_are_left_out_and_counted()
    {
        using var init = TrainableModels.Create();
        var ranking = _train[0] with { Completions = [.. _train[0].Completions.Take(3), new string('z', 100)] };
        var result = new RewardModelTrainer(_quick with { Epochs = 1 }).Train(
            init,
            _criteria,
            [ranking, .. _train],
            [],
            ct: TestContext.Current.CancellationToken
        );
        result.Model.Dispose();
        Assert.Equal(1, result.DroppedCompletions);
    }

    [Fact]
    public void Rankings_that_make_no_sense_are_refused()
    {
        using var init = TrainableModels.Create();
        var trainer = new RewardModelTrainer(_quick);
        var tied = _train[0] with { RanksByCriterion = new Dictionary<string, int?[]> { ["overall"] = [1, 1, 1, null] } };
        var uneven = _train[0] with { RanksByCriterion = new Dictionary<string, int?[]> { ["overall"] = [1, 2] } };
        Assert.Contains(
            "different rank",
            Assert
                .Throws<ArgumentException>(() => trainer.Train(init, _criteria, [tied], [], ct: TestContext.Current.CancellationToken))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "4 completions",
            Assert
                .Throws<ArgumentException>(() => trainer.Train(init, _criteria, [uneven], [], ct: TestContext.Current.CancellationToken))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidSettingException>(() =>
            new RewardModelTrainer(_quick with { Members = 0 }).Train(
                init,
                _criteria,
                _train,
                [],
                ct: TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public void No_native_tensor_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        using var init = TrainableModels.Create();
        var left = TrainableModels.LeftBehind(() =>
        {
            for (var i = 0; i < 2; i++)
            {
                var settings = _quick with { Epochs = 1, Members = 2, Loss = PreferenceLoss.Davidson };
                using var model = new RewardModelTrainer(settings)
                    .Train(init, _criteria, _train, _test, new CheckpointFolder(folder.Path), ct: TestContext.Current.CancellationToken)
                    .Model;
                model.Score(_test[0].Prompt, _test[0].Completions, TestContext.Current.CancellationToken);
            }
            using var recorder = new RunRecorder(3);
            Assert.Throws<OperationCanceledException>(() =>
                new RewardModelTrainer(_quick).Train(init, _criteria, _train, _test, null, recorder, ct: recorder.Token)
            );
        });
        Assert.Equal(0, left);
    }
}
