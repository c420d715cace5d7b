using Annotation.Client.Contracts;
using Annotation.Testing;
using Xunit;

namespace Annotation.Client.Tests;

public sealed class ApiConnectionTests : IAsyncLifetime
{
    private StubServer server = null!;
    private AnnotationClient client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await StubServer.StartAsync(Cancellation);
        client = new AnnotationClient(server.Address, "ann_1_secret");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_is_thrown_with_its_sentence_and_code()
    {
        server.On("POST /api/projects", 409, """{"code":"project-exists","sentence":"There is a project x already."}""");
        var refused = await Assert.ThrowsAsync<AnnotationException>(() =>
            client.Projects.CreateAsync(new CreateProjectRequest("x"), Cancellation)
        );
        Assert.Equal("There is a project x already.", refused.Message);
        Assert.Equal("project-exists", refused.Code);
    }

    [Theory]
    [InlineData(401, "", "wants a token that it knows")]
    [InlineData(403, "", "ask an admin for the role")]
    [InlineData(404, "<html>", "has nothing at /api/projects")]
    [InlineData(502, "<html>bad gateway</html>", "failed with status 502")]
    public async Task An_answer_that_is_no_refusal_becomes_a_sentence_too(int status, string body, string part)
    {
        server.On("GET /api/projects", status, body);
        var failed = await Assert.ThrowsAsync<AnnotationException>(() => client.Projects.ListAsync(Cancellation));
        Assert.Contains(part, failed.Message, StringComparison.Ordinal);
        Assert.Equal($"http-{status}", failed.Code);
    }

    [Fact]
    public async Task The_token_goes_with_each_request()
    {
        server.On("GET /api/projects", 200, "[]");
        Assert.Empty(await client.Projects.ListAsync(Cancellation));
        Assert.Equal("Bearer ann_1_secret", Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task Names_are_escaped_in_paths()
    {
        await Assert.ThrowsAsync<AnnotationException>(() => client.Projects.ShowAsync("a/b c?", Cancellation));
        // The server decodes a percent sign and a space, and leaves the slash of a name encoded.
        Assert.Equal("/api/projects/a%2Fb c?", Assert.Single(server.Requests).Path);
    }

    [Fact]
    public async Task A_server_that_is_not_there_says_what_to_start()
    {
        using var nobody = new AnnotationClient("http://127.0.0.1:1", null);
        var failed = await Assert.ThrowsAsync<AnnotationException>(() => nobody.Projects.ListAsync(Cancellation));
        Assert.Contains("annotation up", failed.Message, StringComparison.Ordinal);
        Assert.Equal("unreachable", failed.Code);
        Assert.False(await nobody.Operations.IsReadyAsync(Cancellation));
    }

    [Fact]
    public async Task An_answer_that_is_not_the_document_is_said_to_be_so()
    {
        server.On("GET /api/me", 200, "<html>");
        var failed = await Assert.ThrowsAsync<AnnotationException>(() => client.Accounts.WhoAmIAsync(Cancellation));
        Assert.Equal("bad-answer", failed.Code);
    }

    [Fact]
    public void An_address_must_be_one() =>
        Assert.Equal("server-address", Assert.Throws<AnnotationException>(() => new AnnotationClient("localhost:5080", null)).Code);

    [Fact]
    public async Task No_task_left_is_null()
    {
        server.On("POST /api/labeling/next", 204, "");
        Assert.Null(await client.Labeling.NextAsync("demo", Cancellation));
        Assert.Equal("?project=demo", Assert.Single(server.Requests).Query);
    }

    [Fact]
    public async Task Answers_carry_their_kind()
    {
        var assignment = Guid.CreateVersion7();
        var completion = Guid.CreateVersion7();
        server.On($"POST /api/labeling/assignments/{assignment}/submit", 200, $$"""{"assignmentId":"{{assignment}}","repeated":true}""");
        var result = await client.Labeling.SubmitAsync(
            assignment,
            new SubmitRequest(
                Guid.CreateVersion7(),
                3,
                new Dictionary<string, AnswerValueRow> { ["overall"] = new RankingValue(new Dictionary<Guid, int> { [completion] = 1 }) }
            ),
            Cancellation
        );
        Assert.True(result.Repeated);
        Assert.Contains(
            $"{{\"overall\":{{\"kind\":\"ranking\",\"ranks\":{{\"{completion}\":1}},\"noneAcceptable\":false,\"incomparable\":false}}}}",
            Assert.Single(server.Requests).Text,
            StringComparison.Ordinal
        );
    }
}
