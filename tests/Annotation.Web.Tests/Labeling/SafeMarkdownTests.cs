using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Annotation.Web.Labeling;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>What models and strangers wrote, made safe: judged by what a browser's parser finds in it.</summary>
public sealed class SafeMarkdownTests : IDisposable
{
    private readonly SafeMarkdown _markdown = new();

    public static TheoryData<string> Attacks =>
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)><script>alert(1)</script></svg>",
            "<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>",
            "<iframe src=\"javascript:alert(1)\"></iframe>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](java\nscript:alert(1))",
            "[x](\u0001javascript:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](&#x6A;&#x61;vascript&colon;alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
            "[x](vbscript:msgbox(1))",
            "[x](file:///etc/passwd)",
            "<javascript:alert(1)>",
            "![x](https://tracker.example/pixel.png)",
            "![x](data:image/svg+xml;base64,PHN2Zy8+)",
            "![x\" onerror=\"alert(1)](y)",
            "[x](https://e.example \"t\\\" onmouseover=\\\"alert(1)\")",
            "[ref]\n\n[ref]: javascript:alert(1)",
            "<style>body{display:none}</style>",
            "<form action=/sign-out><button>x</button></form>",
            "<a href=https://e.example style=position:fixed>x</a>",
            "`<script>alert(1)</script>`",
            "```html\n<img src=x onerror=alert(1)>\n```",
            "``` x\" onmouseover=\"alert(1)\ny\n```",
            "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "</div></section><base href=https://evil.example>",
            "<!--><script>alert(1)</script>-->",
            "<![CDATA[<script>alert(1)</script>]]>",
        ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Nothing_that_runs_loads_or_styles_is_left(string markdown)
    {
        foreach (var element in Parse(markdown).QuerySelectorAll("body *"))
        {
            Assert.DoesNotContain(
                element.LocalName,
                (string[])["script", "img", "svg", "math", "iframe", "style", "form", "button", "base", "link", "object", "embed", "meta"]
            );
            Assert.DoesNotContain(element.Attributes, a => a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(element.Attributes, a => a.Name is "style" or "src" or "srcset" or "id");
            if (element is IHtmlAnchorElement { Href: { Length: > 0 } } link && element.HasAttribute("href"))
            {
                Assert.Contains(new Url(link.Href).Scheme, (string[])["http", "https", "mailto"]);
                Assert.Equal("noopener noreferrer nofollow", link.GetAttribute("rel"));
                Assert.Equal("_blank", link.Target);
            }
        }
    }

    [Fact]
    public void Markup_of_its_own_stays_readable_as_text() =>
        Assert.Equal("<b>bold</b> & <i>", Parse("<b>bold</b> &amp; <i>").Body!.TextContent.Trim());

    [Fact]
    public void Entities_are_characters_and_not_markup() =>
        Assert.Equal("<script>alert(1)</script> ©", Parse("&lt;script&gt;alert(1)&lt;/script&gt; &copy;").Body!.TextContent.Trim());

    [Theory]
    [InlineData("**b** *i* ~~d~~", "<strong>b</strong> <em>i</em> <del>d</del>")]
    [InlineData("[x](https://e.example/a?b=1&c=2)", "href=\"https://e.example/a?b=1&amp;c=2\"")]
    [InlineData("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>")]
    [InlineData("3. three", "<ol start=\"3\">")]
    [InlineData("> said", "<blockquote>\n<p>said</p>\n</blockquote>")]
    [InlineData("|a|b|\n|-|-|\n|1|2|", "<td>1</td>")]
    [InlineData("`x < y`", "<code>x &lt; y</code>")]
    [InlineData("```c#\nx\n```", "<code class=\"language-c#\">")]
    [InlineData("A $a_1*b_2*$ z", "A <span class=\"math\">a_1*b_2*</span> z")]
    [InlineData(@"A \(a_1 < b\) z", @"A <span class=""math"">a_1 &lt; b</span> z")]
    [InlineData(@"So \[x^2\] it is", @"So <span class=""math display"">x^2</span> it is")]
    [InlineData("Then\n\\[\nx\n= y\n\\]\nend", "<div class=\"math display\">x\n= y\n</div>")]
    [InlineData("$$\n\\frac{a}{b}\n$$", "<div class=\"math display\">\\frac{a}{b}\n</div>")]
    public void What_people_write_becomes(string markdown, string html) =>
        Assert.Contains(html, _markdown.ToHtml(markdown), StringComparison.Ordinal);

    [Theory]
    [InlineData("It costs $5 and then $6 more.")]
    [InlineData("Between $5/$6 and (US$7) or ($8).")]
    [InlineData("Set $HOME/$PATH and `$x$`.")]
    [InlineData("An open \\[ bracket\n\nand a \\] later.")]
    [InlineData("$$\n\nno end")]
    [InlineData("\\[\nx \\] and text behind it")]
    public void Money_variables_and_open_brackets_are_no_formulas(string markdown) =>
        Assert.Empty(Parse(markdown).QuerySelectorAll("div.math, span.math:not(.display)"));

    [Theory]
    [InlineData("```math\" onclick=\"x\ny\n```")]
    [InlineData("```button primary\ny\n```")]
    [InlineData("\\(\" class=\"button\\)")]
    public void No_class_is_left_but_formulas_and_languages(string markdown) =>
        Assert.All(
            Parse(markdown).QuerySelectorAll("body [class]"),
            e => Assert.Matches("^(math|math display|language-[A-Za-z0-9+#.-]+)$", e.ClassName)
        );

    [Fact]
    public void Thirty_thousand_characters_and_deep_nesting_are_rendered()
    {
        var text = string.Join("\n\n", Enumerable.Range(0, 3000).Select(i => $"- item {i}"));
        Assert.Contains("item 2999", _markdown.ToHtml(text), StringComparison.Ordinal);
        Assert.NotEmpty(_markdown.ToHtml(new string('>', 30_000) + " deep"));
        Assert.NotEmpty(_markdown.ToHtml(new string('[', 30_000)));
    }

    [Fact]
    public void The_same_text_gives_the_same_html() => Assert.Same(_markdown.ToHtml("*once*"), _markdown.ToHtml("*once*"));

    public void Dispose() => _markdown.Dispose();

    private IHtmlDocument Parse(string markdown) => new HtmlParser().ParseDocument($"<body>{_markdown.ToHtml(markdown)}</body>");
}
