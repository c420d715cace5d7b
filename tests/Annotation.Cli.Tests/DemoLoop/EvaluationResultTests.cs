using System.Text.Json;
using Annotation.Cli.DemoLoop;
using Xunit;

namespace Annotation.Cli.Tests.DemoLoop;

public sealed class EvaluationResultTests
{
    private static readonly EvaluationResult Result = new(
        JsonDocument
            .Parse(
                """
                {
                  "sequenceKl": {"value": 3.5, "low": 3, "high": 4},
                  "bestOfN": {"n": 16, "score": 0.75, "kl": 1.84},
                  "criteria": [
                    {"criterion": "overall", "pairs": 120, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}, "labelerAgreement": null},
                    {"criterion": "truthfulness", "pairs": 90}
                  ]
                }
                """
            )
            .RootElement
    );

    [Fact]
    public void Figures_are_found_by_criterion_and_name()
    {
        Assert.Equal(["overall", "truthfulness"], Result.Criteria);
        Assert.Equal(120, Result.Number("overall", "pairs"));
        Assert.Equal(new Interval(0.7, 0.6, 0.8), Result.Get("overall", "accuracy"));
        Assert.Equal(new Interval(3.5, 3, 4), Result.Find("sequenceKl"));
        Assert.Equal(0.75, Result.BestOf("score"));
    }

    [Fact]
    public void What_was_not_measured_is_nothing_and_asking_for_it_says_so()
    {
        Assert.Null(Result.Find("overall", "labelerAgreement"));
        var failed = Assert.Throws<CommandFailedException>(() => Result.Get("truthfulness", "accuracy"));
        Assert.Contains("no accuracy for truthfulness", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interval_is_written_with_its_ends() =>
        Assert.Equal("0.700 [0.600, 0.800]", Result.Get("overall", "accuracy").ToString());
}
