using Annotation.Learning.Evaluation;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Evaluation;

public sealed class LengthControlTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void What_only_length_wins_is_taken_off_and_what_quality_wins_stays(double quality)
    {
        // A is usually twice as long; judges prefer length by 1.5 log-odds per nat, and A's quality by the given log-odds.
        var random = new SeededRandom(7);
        var ratios = Enumerable.Range(0, 4000).Select(_ => Math.Log(2) + 0.5 * random.NextNormal()).ToList();
        var wins = ratios.Select(r => random.NextDouble() < Sigmoid(quality + 1.5 * r) ? 1.0 : 0.0).ToList();
        var plain = wins.Average();
        var controlled = LengthControl.WinRate(wins, ratios);
        Assert.True(plain > Sigmoid(quality) + 0.1);
        Assert.InRange(Sigmoid(quality), controlled.Low - 0.02, controlled.High + 0.02);
        Assert.Equal(Sigmoid(quality), controlled.Value, 0.05);
    }

    [Fact]
    public void Length_alone_that_decides_everything_says_nothing_about_quality()
    {
        var rate = LengthControl.WinRate([1, 0, 1, 0], [1, -1, 1, -1]);
        Assert.Equal(0.5, rate.Value, 1e-6);
        Assert.Throws<ArgumentException>(() => LengthControl.WinRate([1], []));
    }

    [Fact]
    public void Many_votes_on_few_prompts_are_no_more_certain_than_the_prompts()
    {
        var random = new SeededRandom(3);
        // Ten prompts, each with 30 votes that are alike.
        var prompts = Enumerable.Range(0, 300).Select(i => $"{i / 30}").ToList();
        var wins = Enumerable.Range(0, 10).SelectMany(p => Enumerable.Repeat(p % 5 < 3 ? 1.0 : 0.0, 30)).ToList();
        var ratios = wins.Select(_ => random.NextNormal()).ToList();
        var (alone, together) = (LengthControl.WinRate(wins, ratios), LengthControl.WinRate(wins, ratios, prompts));
        Assert.Equal(alone.Value, together.Value);
        Assert.True(together.High - together.Low > 3 * (alone.High - alone.Low), $"{alone} and {together}");
        Assert.Throws<ArgumentException>(() => LengthControl.WinRate(wins, ratios, ["one"]));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
