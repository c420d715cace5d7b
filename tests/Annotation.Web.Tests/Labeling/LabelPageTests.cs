using AngleSharp.Html.Parser;
using Annotation.Domain.Models;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>The labelers' pages run only our own script files, and say so to the browser.</summary>
public sealed class LabelPageTests(WebServer server) : IClassFixture<WebServer>
{
    [Theory]
    [InlineData("/label")]
    [InlineData("/history")]
    [InlineData("/recorded")]
    [InlineData("/timesheet")]
    [InlineData("/inbox")]
    [InlineData("/guideline")]
    [InlineData("/settings")]
    [InlineData("/account")]
    [InlineData("/sign-in")]
    [InlineData("/status/404")]
    public async Task A_page_without_a_circuit_has_a_strict_policy_and_nothing_inline(string path)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await server.Postgres.ProjectAsync(cancellation);
        using var browser = await server.BrowserOfAsync(cancellation);
        using var answer = await browser.GetAsync(path, cancellation);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));

        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(cancellation));
        Assert.NotEmpty(page.QuerySelectorAll("script"));
        Assert.All(
            page.QuerySelectorAll("script"),
            script => Assert.StartsWith("/", "/" + script.GetAttribute("src"), StringComparison.Ordinal)
        );
        Assert.All(page.QuerySelectorAll("script"), script => Assert.Equal("", script.TextContent.Trim()));
        Assert.Empty(page.QuerySelectorAll("style, [style], [onclick], [onload], [onerror], [onsubmit], iframe, object, embed"));
        foreach (var element in page.QuerySelectorAll("script[src], link[href], img[src]"))
        {
            Assert.DoesNotContain("//", element.GetAttribute("src") ?? element.GetAttribute("href")!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_name_of_a_project_is_text_wherever_it_comes_from()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var browser = await server.BrowserOfAsync(cancellation);
        var html = await browser.GetStringAsync("/label?project=%3Cscript%3Ealert(1)%3C/script%3E", cancellation);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_modules_of_the_page_are_served_as_scripts()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await server.Postgres.ProjectAsync(cancellation);
        using var browser = await server.BrowserOfAsync(cancellation);
        var page = new HtmlParser().ParseDocument(await browser.GetStringAsync("/label", cancellation));
        foreach (var script in page.QuerySelectorAll("script[src]"))
        {
            using var answer = await browser.GetAsync("/" + script.GetAttribute("src"), cancellation);
            Assert.True(answer.IsSuccessStatusCode, script.GetAttribute("src"));
            Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task The_page_is_never_told_which_model_wrote_what()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], cancellation);
        var model = await server.Postgres.ModelAsync(ModelKind.Policy, cancellation);
        var shown = task.Completions.Select(c => c.Id).ToList();
        await using var db = server.Postgres.CreateContext();
        await db
            .Completions.Where(c => shown.Contains(c.Id))
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.ModelId, model.Id), cancellation);

        using var next = await labeler.Http.PostAsync($"/api/labeling/next?project={project}", content: null, cancellation);
        var told = await next.Content.ReadAsStringAsync(cancellation);
        told += await labeler.Http.GetStringAsync($"/api/labeling/assignments/{task.AssignmentId}", cancellation);

        Assert.Contains(shown[0].ToString(), told, StringComparison.Ordinal);
        Assert.DoesNotContain(model.Name, told, StringComparison.Ordinal);
        Assert.DoesNotContain(model.Id.ToString(), told, StringComparison.Ordinal);
    }
}
