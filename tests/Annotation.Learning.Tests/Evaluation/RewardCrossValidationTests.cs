using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Evaluation;

[Collection(NativeTensorCount.Name)]
public sealed class RewardCrossValidationTests
{
    // Two conversations for each first message; the better completion has the letter z.
    private static readonly IReadOnlyList<RankedPrompt> _rankings =
    [
        .. Enumerable
            .Range(0, 60)
            .Select(i => new RankedPrompt(
                [new Message("user", $"{i / 2}"), new Message("user", $"turn {i % 2}")],
                [$"a{i}", $"z{i}"],
                new Dictionary<string, int?[]> { ["overall"] = [2, 1] }
            )),
    ];

    [Fact]
    public void Every_ranking_is_judged_once_by_a_model_that_never_saw_its_conversation()
    {
        using var init = TrainableModels.Create();
        var judgedIn = new List<int>();
        var trainer = new RewardModelTrainer(
            new RewardModelSettings
            {
                Epochs = 3,
                LearningRate = 3e-3,
                Features = false,
            }
        );
        var reports = new RewardCrossValidation(3).Measure(
            ["overall", "unknown"],
            _rankings,
            (_, train, validation) =>
            {
                var known = train.Concat(validation).Select(r => r.Prompt[0].Content).ToHashSet();
                judgedIn.Add(_rankings.Count(r => !known.Contains(r.Prompt[0].Content)));
                Assert.Empty(train.Select(r => r.Prompt[0].Content).Intersect(validation.Select(r => r.Prompt[0].Content)));
                Assert.Equal(60, train.Count + validation.Count + judgedIn[^1]);
                return trainer.Train(init, [new("overall", 1), new("unknown", 0)], train, validation).Model;
            },
            TestContext.Current.CancellationToken
        );
        var report = Assert.Single(reports);
        Assert.Equal((60, 60, 60), (judgedIn.Sum(), report.Rankings, report.Pairs));
        Assert.InRange(report.Accuracy.Value, 0.9, 1);
        // Same length always: nothing but the letter tells, and the words of one completion are in no other.
        Assert.Equal((0.5, 0.5), (report.LongerWins.Value, report.ShorterWins.Value));
        Assert.InRange(report.Gap.Low, 0.3, 0.5);
    }
}
