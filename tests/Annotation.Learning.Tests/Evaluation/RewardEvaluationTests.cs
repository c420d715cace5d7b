using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Evaluation;

public sealed class RewardEvaluationTests
{
    private static RankedPrompt Ranking(string prompt, string? labeler, params (string Text, int? Rank)[] completions) =>
        new(
            [new Message("user", prompt)],
            [.. completions.Select(c => c.Text)],
            new Dictionary<string, int?[]> { ["overall"] = [.. completions.Select(c => c.Rank)] }
        )
        {
            Labeler = labeler,
        };

    [Fact]
    public void Ties_make_no_pair_and_equal_scores_count_half()
    {
        var test = new[] { Ranking("p", null, ("good", 1), ("bad", 2), ("worse", 2), ("unranked", null)) };
        // Score of "good" equals that of "bad" and is above that of "worse".
        var report = RewardEvaluation.Measure(
            "overall",
            (_, c) => [.. c.Select(t => t == "worse" ? 0.0 : 1.0)],
            test,
            [],
            TestContext.Current.CancellationToken
        )!;
        Assert.Equal((1, 2), (report.Rankings, report.Pairs));
        Assert.Equal(0.75, report.Accuracy.Value);
        // -log sigmoid(0) and -log sigmoid(1).
        Assert.Equal((0.693147 + 0.313262) / 2, report.Nll, 1e-5);
        Assert.Equal(0.5, report.LongerWins.Value);
        Assert.Null(report.BagOfWords);
        Assert.Null(report.LabelerAgreement);
        Assert.Null(RewardEvaluation.Measure("other", (_, c) => [.. c.Select(_ => 0.0)], test, [], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_report_says_where_the_model_is_right_and_by_how_much_it_beats_the_best_baseline()
    {
        // The model knows that "yes" wins; longer wins in three of four.
        RankedPrompt[] test =
        [
            Ranking("a", "ann", ("yes, indeed", 1), ("no", 2)) with
            {
                Policies = ["new", "old"],
            },
            Ranking("b", "ann", ("yes, indeed", 1), ("no", 2)) with
            {
                Policies = ["old", "new"],
            },
            Ranking("c", "bob", ("yes", 1), ("no, never", 2)) with
            {
                Policies = ["new", "new"],
            },
            Ranking("d", null, ("maybe so", 1), ("no", 2)),
        ];
        var report = RewardEvaluation.Measure(
            "overall",
            (_, c) => [.. c.Select(t => t.StartsWith("yes", StringComparison.Ordinal) ? 2.0 : 0.0)],
            test,
            [],
            TestContext.Current.CancellationToken
        )!;
        Assert.Equal(3.5 / 4, report.Accuracy.Value);
        Assert.Equal(("longer wins", 0.75, 0.25), (report.BestBaseline, report.LongerWins.Value, report.ShorterWins.Value));
        // Right by half a pair more at d, by one at c, by none at a and b... and by half a pair less where it cannot tell.
        Assert.Equal((0 + 0 + 1 - 0.5) / 4, report.Gap.Value);
        Assert.InRange(report.Gap.Low, -0.5, 0);
        // sigmoid(2) = 0.8808 three times, 0.5 once.
        Assert.Equal((3 * 0.1192 * 0.1192 + 0.25) / 4, report.Brier, 1e-4);
        Assert.Equal([("ann", 2, 1.0), ("bob", 1, 1.0)], report.ByLabeler.Select(s => (s.Name, s.Pairs, s.Accuracy.Value)));
        Assert.Equal([("new and old", 2), ("new", 1)], report.ByPolicy.Select(s => (s.Name, s.Pairs)));
        Assert.Equal([1, 3], report.ByLength.Select(s => s.Pairs));
        // The slices together are the whole.
        Assert.Equal(report.Nll, report.ByLength.Sum(s => s.Nll * s.Pairs) / report.Pairs, 1e-9);
        Assert.All(report.ByLength, s => Assert.InRange(s.CalibrationError, 0, 1));
        Assert.StartsWith("better is less than 0.5", report.ByLength[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Labelers_agree_where_both_ordered_a_pair()
    {
        RankedPrompt[] test =
        [
            Ranking("p", "ann", ("a", 1), ("b", 2), ("c", 3)),
            Ranking("p", "bob", ("c", 3), ("a", 2), ("b", 1)),
            Ranking("q", "ann", ("a", 1), ("b", 2)),
            Ranking("q", "bob", ("a", 1), ("b", 1)),
        ];
        // Prompt p: they agree on a-c and b-c, not on a-b; prompt q: bob has a tie.
        var report = RewardEvaluation.Measure(
            "overall",
            (_, c) => [.. c.Select(_ => 0.0)],
            test,
            [],
            TestContext.Current.CancellationToken
        )!;
        Assert.Equal(2.0 / 3, report.LabelerAgreement!.Value, 1e-9);
    }

    [Fact]
    public void Bag_of_words_learns_the_word_that_wins()
    {
        var train = Enumerable.Range(0, 30).Select(i => Ranking($"p{i}", null, ($"thank you {i}", 1), ($"go away {i}", 2))).ToList();
        RankedPrompt[] test = [Ranking("t", null, ("You again, thank God", 1), ("Just go, far AWAY from it", 2))];
        var report = RewardEvaluation.Measure(
            "overall",
            (_, c) => [.. c.Select(_ => 0.0)],
            test,
            train,
            TestContext.Current.CancellationToken
        )!;
        Assert.Equal(1, report.BagOfWords!.Value);
        Assert.Equal(0, report.LongerWins.Value);
    }
}
