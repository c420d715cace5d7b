using System.Text.Json;
using Annotation.Client.Contracts;
using Xunit;

namespace Annotation.Client.Tests;

/// <summary>Reward reports are found in the results that hold them, wherever these stand.</summary>
public sealed class RewardReportTests
{
    private const string Report = """
        {"criterion": "overall", "rankings": 5, "pairs": 7, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}, "nll": 0.6,
         "calibrationError": 0.1, "brier": 0.2, "longerWins": {"value": 0.5, "low": 0.4, "high": 0.6},
         "shorterWins": {"value": 0.5, "low": 0.4, "high": 0.6}, "bagOfWords": null, "bagOfWordsNll": null, "labelerAgreement": null,
         "bestBaseline": "longer wins", "gap": {"value": 0.2, "low": 0.1, "high": 0.3},
         "byLength": [{"name": "longer", "pairs": 7, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}}]}
        """;

    [Theory]
    [InlineData("""{"steps": 3, "criteria": ["overall"], "test": [REPORT]}""", "test split", """{"steps":3,"criteria":["overall"]}""")]
    [InlineData("""{"criteria": [REPORT]}""", "rankings", "{}")]
    [InlineData(
        """{"config": {}, "measured": {"crossValidation": [REPORT], "x": 1}}""",
        "all folds",
        """{"config":{},"measured":{"x":1}}"""
    )]
    public void A_result_is_split_into_its_reports_and_the_others(string result, string on, string others)
    {
        using var json = JsonDocument.Parse(result.Replace("REPORT", Report, StringComparison.Ordinal));
        var split = RewardReportRow.Split(json.RootElement);
        var (found, reports) = Assert.Single(split.Found);
        Assert.Equal(on, found);
        Assert.Equal(others, JsonSerializer.Serialize(split.Others));
        var report = Assert.Single(reports);
        Assert.Equal(["the model", "longer wins", "shorter wins"], report.Lines().Select(l => l.Name));
        Assert.Equal(("by length", 7), (report.Parts().Single().Name, report.Parts().Single().Slices.Sum(s => s.Pairs)));
    }

    [Theory]
    [InlineData("""{"test": [], "criteria": [{"criterion": "overall", "winRate": {"value": 1, "low": 1, "high": 1}}]}""")]
    [InlineData("[]")]
    public void Other_results_stay_as_they_are(string result)
    {
        using var json = JsonDocument.Parse(result);
        var (found, others) = RewardReportRow.Split(json.RootElement);
        Assert.Empty(found);
        Assert.Equal(JsonSerializer.Serialize(json.RootElement), JsonSerializer.Serialize(others));
    }
}
