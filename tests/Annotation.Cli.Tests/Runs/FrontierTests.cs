using System.Text.Json;
using System.Xml.Linq;
using Annotation.Cli.Runs;
using Xunit;

namespace Annotation.Cli.Tests.Runs;

public sealed class FrontierTests
{
    private const string Result = """
        {
          "score": { "value": 0.5, "low": 0.4, "high": 0.6 }, "scoreAgainst": { "value": 0.1 }, "sequenceKl": { "value": 3.25 },
          "bestOfN": { "curve": [
            { "n": 1, "kl": 0, "score": 0.1, "low": 0, "high": 0.2, "picker": 0.25 },
            { "n": 4, "kl": 0.636, "score": 0.3, "low": 0.2, "high": 0.4, "picker": 0.75 }] }
        }
        """;

    private const string Proxied = """{ "score": { "value": 0.9 }, "scoreAgainst": { "value": 0.2 } }""";

    private static readonly IReadOnlyList<FrontierPoint> Points =
    [
        .. FrontierPoint.Of("a <b> & \"c\"", Parse(Result), Parse(Proxied), isFirst: true, sameUnits: true),
        .. FrontierPoint.Of("second", Parse(Result), null, isFirst: false, sameUnits: true),
    ];

    [Fact]
    public void The_table_has_a_row_for_each_policy_and_for_best_of_n_once()
    {
        Assert.Equal(
            """"
            name,kl,score,low,high,proxy,gap
            "a <b> & ""c""",3.2500,0.5000,0.4000,0.6000,0.9000,0.3000
            "best of 1",0.0000,0.1000,0.0000,0.2000,0.2500,0.0500
            "best of 4",0.6360,0.3000,0.2000,0.4000,0.7500,0.3500
            "second",3.2500,0.5000,0.4000,0.6000,,

            """",
            FrontierPoint.Table(Points)
        );
    }

    [Fact]
    public void The_picture_is_well_formed_and_holds_every_point_inside_its_frame()
    {
        var picture = XDocument.Parse(FrontierPicture.Draw(Points, "gold:demo"));
        var circles = picture.Descendants().Where(e => e.Name.LocalName == "circle").ToList();
        // Four points, and the proxy of those three that have one.
        Assert.Equal(7, circles.Count);
        Assert.Equal(3, circles.Count(c => (string)c.Attribute("fill")! == "#ffffff"));
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cx")!, 70, 540));
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cy")!, 30, 380));
        Assert.Contains(picture.Descendants(), e => e.Value == "a <b> & \"c\"");
    }

    [Fact]
    public void A_judge_of_other_units_has_no_gap_to_the_proxy()
    {
        var points = FrontierPoint.Of("gold", Parse(Result), Parse(Proxied), isFirst: true, sameUnits: false).ToList();
        Assert.All(points, p => Assert.Equal((true, null), (p.Proxy is not null, p.Gap)));
        Assert.Equal([false, true, true], points.Select(p => p.IsBestOf));
    }

    [Fact]
    public void Policies_of_different_tokenizers_have_no_kl_to_plot()
    {
        var result = JsonDocument.Parse("""{ "score": { "value": 0.5, "low": 0.4, "high": 0.6 } }""").RootElement;
        var refusal = Assert.Throws<CommandFailedException>(() =>
            FrontierPoint.Of("other", result, null, isFirst: true, sameUnits: true).ToList()
        );
        Assert.Contains("another tokenizer", refusal.Message, StringComparison.Ordinal);
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
