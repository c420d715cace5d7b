using Annotation.Learning.Checkpoints;
using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
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
    [Fact]
    public void Each_head_learns_its_criterion_and_beats_the_baselines()
    {
        using var init = TrainableModels.Create();
        var result = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 8 }).Train(
            init,
            LetterRankings.Criteria,
            LetterRankings.Train,
            [.. LetterRankings.Test.Take(20)],
            ct: TestContext.Current.CancellationToken
        );
        using var model = result.Model;

        var reports = LetterRankings
            .Criteria.Select(
                (c, i) =>
                    RewardEvaluation.Measure(
                        c.Key,
                        (p, t) => [.. model.LogOdds(p, t).Select(s => s[i])],
                        LetterRankings.Test,
                        LetterRankings.Train,
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

    /// <summary>What is held for gradients is a pass, what is learned from is the batch.</summary>
    [Fact]
    public void A_batch_of_several_passes_gives_the_gradients_of_one()
    {
        var (one, many) = (Train(1 << 20), Train(64));
        var equal = one.Zip(many).Count(p => Math.Abs(p.First - p.Second) < 2e-5);
        Assert.InRange(equal / (double)one.Length, 0.98, 1);

        float[] Train(int tokens)
        {
            using var init = TrainableModels.Create();
            var settings = LetterRankings.Quick with { Epochs = 1, Loss = PreferenceLoss.Davidson, MaxTokensPerPass = tokens };
            using var model = new RewardModelTrainer(settings)
                .Train(init, LetterRankings.Criteria, [.. LetterRankings.Train.Take(16)], [], ct: TestContext.Current.CancellationToken)
                .Model;
            using var guard = no_grad();
            return [.. model.Members[0].Trunk.Weights.Values.SelectMany(w => w.detach().flatten().data<float>().ToArray())];
        }
    }

    [Fact]
    public void Log_odds_are_those_of_the_mean_whatever_the_rule()
    {
        using var init = TrainableModels.Create();
        var settings = LetterRankings.Quick with { Epochs = 1, Members = 2, EnsembleRule = EnsembleRule.Worst };
        using var worst = new RewardModelTrainer(settings)
            .Train(init, LetterRankings.Criteria, LetterRankings.Train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        using var folder = new TemporaryFolder();
        worst.Save(folder.Path);
        var path = Path.Combine(folder.Path, "reward_model.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"Worst\"", "\"Mean\"", StringComparison.Ordinal));
        using var mean = RewardModel.Load(folder.Path, CPU);
        var ranking = LetterRankings.Test[0];
        var ct = TestContext.Current.CancellationToken;
        var (calibrated, same) = (
            worst.LogOdds(ranking.Prompt, ranking.Completions, ct),
            mean.LogOdds(ranking.Prompt, ranking.Completions, ct)
        );
        Assert.All(calibrated.Zip(same), p => Assert.Equal(p.Second[0], p.First[0], 1e-5));
        Assert.True(
            worst.Score(ranking.Prompt, ranking.Completions, ct)[0][0] < mean.Score(ranking.Prompt, ranking.Completions, ct)[0][0] - 1e-4
        );
    }

    [Fact]
    public void Heads_are_normalised_over_the_training_completions()
    {
        using var init = TrainableModels.Create();
        using var model = new RewardModelTrainer(LetterRankings.Quick)
            .Train(init, LetterRankings.Criteria, LetterRankings.Train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        var scores = LetterRankings.Train.SelectMany(r => model.Score(r.Prompt, r.Completions)).Select(s => s[0]).ToList();
        Assert.InRange(scores.Average(), -1e-3, 1e-3);
        Assert.InRange(scores.Average(s => s * s), 0.999, 1.001);
    }

    [Fact]
    public void Heads_start_with_a_standard_deviation_of_one_over_the_root_of_d_plus_one()
    {
        using var scope = NewDisposeScope();
        using var init = TrainableModels.Create();
        var many = Enumerable.Range(0, 64).Select(i => new WeightedCriterion($"c{i}", 1)).Append(LetterRankings.Criteria[0]).ToList();
        using var model = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1, LearningRate = 1e-8 })
            .Train(init, many, [LetterRankings.Train[0]], [], ct: TestContext.Current.CancellationToken)
            .Model;
        // 65 x 32 draws: the standard error of the standard deviation is 1.6 %.
        Assert.Equal(1 / Math.Sqrt(33), model.Members[0].HeadWeight.std().item<float>(), 0.01);
        Assert.Equal(0, model.Members[0].HeadBias.abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void A_score_does_not_depend_on_the_padding_beside_it()
    {
        using var init = TrainableModels.Create();
        using var model = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1 })
            .Train(init, LetterRankings.Criteria, LetterRankings.Train, [], ct: TestContext.Current.CancellationToken)
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

    [Fact]
    public void Completions_that_are_too_long_are_left_out_and_counted()
    {
        using var init = TrainableModels.Create();
        var ranking = LetterRankings.Train[0] with { Completions = [.. LetterRankings.Train[0].Completions.Take(3), new string('z', 100)] };
        var result = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1 }).Train(
            init,
            LetterRankings.Criteria,
            [ranking, .. LetterRankings.Train],
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
        var trainer = new RewardModelTrainer(LetterRankings.Quick);
        var tied = LetterRankings.Train[0] with { RanksByCriterion = new Dictionary<string, int?[]> { ["overall"] = [1, 1, 1, null] } };
        var uneven = LetterRankings.Train[0] with { RanksByCriterion = new Dictionary<string, int?[]> { ["overall"] = [1, 2] } };
        Assert.Contains(
            "different rank",
            Assert
                .Throws<NothingToLearnException>(() =>
                    trainer.Train(init, LetterRankings.Criteria, [tied], [], ct: TestContext.Current.CancellationToken)
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "4 completions",
            Assert
                .Throws<ArgumentException>(() =>
                    trainer.Train(init, LetterRankings.Criteria, [uneven], [], ct: TestContext.Current.CancellationToken)
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidSettingException>(() =>
            new RewardModelTrainer(LetterRankings.Quick with { Members = 0 }).Train(
                init,
                LetterRankings.Criteria,
                LetterRankings.Train,
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
                var settings = LetterRankings.Quick with { Epochs = 1, Members = 2, Loss = PreferenceLoss.Davidson };
                using var model = new RewardModelTrainer(settings)
                    .Train(
                        init,
                        LetterRankings.Criteria,
                        LetterRankings.Train,
                        LetterRankings.Test,
                        new CheckpointFolder(folder.Path),
                        ct: TestContext.Current.CancellationToken
                    )
                    .Model;
                model.Score(LetterRankings.Test[0].Prompt, LetterRankings.Test[0].Completions, TestContext.Current.CancellationToken);
            }
            using var recorder = new RunRecorder(3);
            Assert.Throws<OperationCanceledException>(() =>
                new RewardModelTrainer(LetterRankings.Quick).Train(
                    init,
                    LetterRankings.Criteria,
                    LetterRankings.Train,
                    LetterRankings.Test,
                    null,
                    recorder,
                    ct: recorder.Token
                )
            );
        });
        Assert.Equal(0, left);
    }
}
