using Annotation.Learning.Evaluation;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Evaluation;

public sealed class PolicyEvaluationTests
{
    private static readonly JudgeCompletion _judge = (_, c) =>
        new Dictionary<string, double> { ["overall"] = c.Count(x => x == 'x'), ["brevity"] = -c.Length };

    [Fact]
    public void Wins_count_whole_and_ties_half()
    {
        IReadOnlyList<IReadOnlyList<Message>> prompts =
        [
            .. Enumerable.Range(0, 4).Select(i => (IReadOnlyList<Message>)[new Message("user", $"{i}")]),
        ];
        var reports = PolicyEvaluation.Compare(prompts, ["xx", "x", "x", "a"], ["x", "y", "xx", "bcd"], _judge);
        Assert.Equal(["overall", "brevity"], reports.Select(r => r.Criterion));
        Assert.Equal(0.625, reports[0].WinRate.Value);
        Assert.Equal((1.0, 0.75), (reports[0].ScoreA.Value, reports[0].ScoreB.Value));
        Assert.Equal((1.25, 1.75), (reports[0].LengthA, reports[0].LengthB));
        Assert.InRange(reports[0].WinRate.Low, 0, 0.625);
        Assert.InRange(reports[0].WinRate.High, 0.625, 1);
    }

    [Fact]
    public void A_missing_completion_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            PolicyEvaluation.Compare(
                [
                    [new Message("user", "1")],
                ],
                ["a", "b"],
                ["c"],
                _judge
            )
        );

    [Fact]
    public void The_interval_is_about_two_standard_errors_wide()
    {
        // 100 coin flips: standard error 0.05.
        var estimate = Estimate.Mean(Enumerable.Range(0, 100).Select(i => (double)(i % 2)))!;
        Assert.Equal(0.5, estimate.Value);
        Assert.InRange(estimate.High - estimate.Low, 0.15, 0.25);
        Assert.Null(Estimate.Ratio([]));
    }
}
