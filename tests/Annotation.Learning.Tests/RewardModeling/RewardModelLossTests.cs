using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.RewardModeling;

[Collection(NativeTensorCount.Name)]
public sealed class RewardModelLossTests
{
    [Theory]
    [InlineData(PreferenceLoss.PlackettLuce)]
    [InlineData(PreferenceLoss.RaoKupper)]
    [InlineData(PreferenceLoss.Davidson)]
    public void The_other_losses_learn_too(PreferenceLoss loss)
    {
        using var init = TrainableModels.Create();
        var result = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 6, Loss = loss }).Train(
            init,
            [LetterRankings.Criteria[0]],
            LetterRankings.Train,
            LetterRankings.Test,
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
        var settings = LetterRankings.Quick with { Epochs = 6, LabelSmoothing = smoothing, FlipRate = flips, Margin = margin };
        var result = new RewardModelTrainer(settings).Train(
            init,
            [LetterRankings.Criteria[0]],
            LetterRankings.Train,
            LetterRankings.Test,
            ct: TestContext.Current.CancellationToken
        );
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
        Assert.Equal(start, Train(LetterRankings.Quick with { Loss = loss, Epochs = 1, LearningRate = 1e-8 }), 1e-3);
        // What ties here is alike and what differs is not, so the model need not call unequal scores a tie.
        Assert.NotEqual(start, Train(LetterRankings.Quick with { Loss = loss, Epochs = 8 }), 1e-2);

        double Train(RewardModelSettings settings)
        {
            using var init = TrainableModels.Create();
            var result = new RewardModelTrainer(settings).Train(
                init,
                [LetterRankings.Criteria[0]],
                rankings,
                [],
                ct: TestContext.Current.CancellationToken
            );
            result.Model.Dispose();
            return result.TieStrength!.Value;
        }
    }

    [Theory]
    [InlineData("Loss=PlackettLuce", "LabelSmoothing=0.1", "LabelSmoothing: only the pairwise loss has it")]
    [InlineData("Loss=Davidson", "Margin=0.1", "Margin: only the pairwise loss has it")]
    [InlineData("LabelSmoothing=0.1", "FlipRate=0.1", "FlipRate: it models the same errors as LabelSmoothing")]
    [InlineData("Members=1", "EnsembleRule=Worst", "EnsembleRule: one member alone is never unsure")]
    public void What_would_be_ignored_is_refused(string one, string other, string sentence)
    {
        var pairs = new[] { one, other }.Select(p => KeyValuePair.Create(p.Split('=')[0], p.Split('=')[1]));
        var fault = Assert.Throws<InvalidSettingException>(() => SettingsPairs.Read<RewardModelSettings>(pairs));
        Assert.StartsWith(sentence, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mean_of_demonstrations_can_be_the_zero()
    {
        using var init = TrainableModels.Create();
        var demonstrations = LetterRankings.Test.Select(r => new SftExample(r.Prompt, r.Completions[0])).ToList();
        using var model = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 2, Center = ScoreCenter.Demonstrations })
            .Train(
                init,
                LetterRankings.Criteria,
                LetterRankings.Train,
                [],
                demonstrations: demonstrations,
                ct: TestContext.Current.CancellationToken
            )
            .Model;
        var scores = demonstrations.Select(d => model.Score(d.Prompt, [d.Completion])[0][0]).ToList();
        Assert.InRange(scores.Average(), -1e-3, 1e-3);
        var spread = LetterRankings.Train.SelectMany(r => model.Score(r.Prompt, r.Completions)).Select(s => s[0]).ToList();
        Assert.InRange(spread.Average(s => Math.Pow(s - spread.Average(), 2)), 0.999, 1.001);
    }

    [Fact]
    public void Validation_rankings_set_the_temperature()
    {
        // Half of the labels are wrong, so what the network learned of clean ones is far too sure of itself.
        using var init = TrainableModels.Create();
        var noisy = LetterRankings
            .Test.SelectMany(r =>
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
        using var model = new RewardModelTrainer(LetterRankings.Quick)
            .Train(init, [LetterRankings.Criteria[0]], LetterRankings.Train, noisy, ct: TestContext.Current.CancellationToken)
            .Model;
        Assert.InRange(model.Mixes[0].Network, 0, 0.9);
    }
}
