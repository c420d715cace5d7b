using System.Net;
using System.Text;
using Annotation.Domain.Accounts;
using Xunit;

namespace Annotation.Web.Tests.Hosting;

/// <summary>Whatever is wrong with a request, the answer is a status, a code and a sentence.</summary>
public sealed class RefusalTests(WebServer server) : IClassFixture<WebServer>
{
    public static TheoryData<string, string, string?, HttpStatusCode, string> Wrong =>
        new()
        {
            { "GET", "/api/projects/none", null, HttpStatusCode.NotFound, "unknown-project" },
            { "GET", "/api/runs/999999", null, HttpStatusCode.NotFound, "unknown-run" },
            { "GET", "/api/models/none", null, HttpStatusCode.NotFound, "unknown-model" },
            { "GET", "/api/projects/none/export/preferences?format=trl", null, HttpStatusCode.NotFound, "unknown-project" },
            { "POST", "/api/labeling/next?project=none", null, HttpStatusCode.NotFound, "unknown-project" },
            { "POST", "/api/projects", "{", HttpStatusCode.BadRequest, "bad-request" },
            { "POST", "/api/projects", "{\"name\": 7}", HttpStatusCode.BadRequest, "bad-request" },
            { "POST", "/api/projects", "", HttpStatusCode.BadRequest, "bad-request" },
            {
                "POST",
                "/api/labeling/assignments/00000000-0000-0000-0000-000000000001/submit",
                """{"submissionKey":"00000000-0000-0000-0000-000000000002","leaseVersion":1,"answers":{"overall":{"kind":"guess"}}}""",
                HttpStatusCode.BadRequest,
                "bad-request"
            },
            {
                "POST",
                "/api/labeling/assignments/00000000-0000-0000-0000-000000000001/submit",
                """{"submissionKey":"00000000-0000-0000-0000-000000000002","leaseVersion":1,"answers":{}}""",
                HttpStatusCode.NotFound,
                "unknown-assignment"
            },
            {
                "POST",
                "/api/labeling/assignments/00000000-0000-0000-0000-000000000001/skip",
                """{"leaseVersion":1,"reason":"x"}""",
                HttpStatusCode.NotFound,
                "unknown-assignment"
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_request_is_refused(string method, string path, string? body, HttpStatusCode status, string code)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, cancellation);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.RefusalAsync(cancellation)).Code);
    }

    [Fact]
    public async Task Nobody_and_a_wrong_token_are_told_to_sign_in_and_a_labeler_that_the_role_does_not_allow_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var nobody = server.Anonymous();
        using var signedOut = await nobody.GetAsync("/api/projects", cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, signedOut.StatusCode);
        Assert.Equal("signed-out", (await signedOut.RefusalAsync(cancellation)).Code);

        nobody.DefaultRequestHeaders.Authorization = new("Bearer", "ann_0_wrong");
        using var wrong = await nobody.GetAsync("/api/projects", cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        await wrong.RefusalAsync(cancellation);

        using var labeler = await server.ProgramOfAsync(cancellation);
        using var forbidden = await labeler.GetAsync("/api/projects", cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal("forbidden", (await forbidden.RefusalAsync(cancellation)).Code);
    }

    [Fact]
    public async Task A_cookie_without_the_antiforgery_header_changes_nothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var browser = await server.BrowserOfAsync(cancellation, Roles.Engineer);
        using var body = new StringContent("""{"name":"forged"}""", Encoding.UTF8, "application/json");
        using var forged = await browser.PostAsync("/api/projects", body, cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal("antiforgery", (await forged.RefusalAsync(cancellation)).Code);
        using var found = await browser.GetAsync("/api/projects/forged", cancellation);
        Assert.Equal(HttpStatusCode.NotFound, found.StatusCode);
    }
}
