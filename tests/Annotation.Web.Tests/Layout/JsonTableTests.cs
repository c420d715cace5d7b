using System.Text.Json;
using Annotation.Web.Layout;
using Bunit;
using Xunit;

namespace Annotation.Web.Tests.Layout;

/// <summary>JSON for people.</summary>
public sealed class JsonTableTests : IDisposable
{
    private readonly BunitContext _context = new();

    [Fact]
    public void An_object_becomes_names_and_values()
    {
        var shown = Render("""{"steps": 12, "rate": 0.00012345678, "note": null}""");
        Assert.Equal(["steps", "rate", "note"], shown.FindAll("dt").Select(e => e.TextContent));
        Assert.Equal(["12", "0.0001235", "–"], shown.FindAll("dd").Select(e => e.TextContent.Trim()));
    }

    [Fact]
    public void A_list_of_objects_becomes_a_table_also_where_a_field_is_missing()
    {
        var shown = Render("""[{"a": 1, "b": 2}, {"a": 3}]""");
        Assert.Equal(["a", "b"], shown.FindAll("th").Select(e => e.TextContent));
        Assert.Equal(["1", "2", "3", ""], shown.FindAll("td").Select(e => e.TextContent.Trim()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    public void Nothing_is_said_in_words(string json) =>
        Assert.Equal("All defaults.", Render(json, "All defaults.").Find(".quiet").TextContent);

    [Fact]
    public void Text_is_text() => Assert.Empty(Render("""{"x": "<script>alert(1)</script>"}""").FindAll("script"));

    public void Dispose() => _context.Dispose();

    private IRenderedComponent<JsonTable> Render(string json, string empty = "none")
    {
        using var document = JsonDocument.Parse(json);
        var value = document.RootElement.Clone();
        return _context.Render<JsonTable>(parameters => parameters.Add(t => t.Value, value).Add(t => t.Empty, empty));
    }
}
