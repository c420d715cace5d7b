using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ganss.Xss;
using Markdig;
using Microsoft.Extensions.Caching.Memory;

namespace Annotation.Web.Labeling;

/// <summary>
/// Turns markdown that a model or a stranger wrote into HTML that can do no harm: no markup of its own, no images
/// (a remote image would report who reads), no styles, and links to http, https and mailto only. Formulas and the
/// language of a code block are marked by class, for the page to set and colour.
/// </summary>
internal sealed partial class SafeMarkdown : IDisposable
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseAutoLinks()
        .UseEmphasisExtras()
        .Use<TexMarkdown>()
        .Build();

    private readonly HtmlSanitizer _sanitizer = CreateSanitizer();

    // Rendering takes milliseconds, and the same completion is shown many times.
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 32 * 1024 * 1024 });

    /// <summary>The HTML of a markdown text.</summary>
    public string ToHtml(string markdown)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(markdown)));
        return _cache.GetOrCreate(
            key,
            entry =>
            {
                var html = _sanitizer.Sanitize(Render(markdown));
                entry.Size = html.Length + key.Length;
                return html;
            }
        )!;
    }

    public void Dispose() => _cache.Dispose();

    private static string Render(string markdown)
    {
        try
        {
            return Markdown.ToHtml(markdown, Pipeline);
        }
        catch (ArgumentException)
        {
            // Nested deeper than the parser goes: no sense as markdown, but whoever judges it must see it.
            return $"<pre>{WebUtility.HtmlEncode(markdown)}</pre>";
        }
    }

    private static HtmlSanitizer CreateSanitizer()
    {
        string[] tags =
        [
            "p",
            "br",
            "hr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "blockquote",
            "pre",
            "code",
            "em",
            "strong",
            "del",
            "ins",
            "mark",
            "sub",
            "sup",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "span",
            "div",
        ];
        var sanitizer = new HtmlSanitizer(
            new HtmlSanitizerOptions
            {
                AllowedTags = tags.ToHashSet(StringComparer.OrdinalIgnoreCase),
                AllowedAttributes = new HashSet<string>(["href", "title", "start", "class"], StringComparer.OrdinalIgnoreCase),
                AllowedSchemes = new HashSet<string>(["http", "https", "mailto"], StringComparer.OrdinalIgnoreCase),
                UriAttributes = new HashSet<string>(["href"], StringComparer.OrdinalIgnoreCase),
            }
        );
        sanitizer.PostProcessNode += (_, e) =>
        {
            // The only classes: a formula, and the language of a code block.
            if (e.Node is AngleSharp.Dom.IElement { ClassName.Length: > 0 } element && !IsKnownClass(element))
            {
                element.RemoveAttribute("class");
            }

            if (e.Node is AngleSharp.Html.Dom.IHtmlAnchorElement link)
            {
                link.SetAttribute("rel", "noopener noreferrer nofollow");
                link.SetAttribute("target", "_blank");
            }
        };
        return sanitizer;
    }

    private static bool IsKnownClass(AngleSharp.Dom.IElement element) =>
        element.LocalName switch
        {
            "code" => Language().IsMatch(element.ClassName!),
            "span" or "div" => element.ClassName is "math" or "math display",
            _ => false,
        };

    [GeneratedRegex(@"^language-[A-Za-z0-9+#.-]{1,30}$")]
    private static partial Regex Language();
}
