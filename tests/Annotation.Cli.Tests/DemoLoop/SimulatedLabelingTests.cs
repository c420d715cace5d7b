using System.Text.Json;
using Annotation.Cli.DemoLoop;
using Annotation.Client;
using Annotation.Demo.Judges;
using Annotation.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Annotation.Cli.Tests.DemoLoop;

public sealed class SimulatedLabelingTests : IAsyncLifetime
{
    private const string Assignment = "01990000-0000-7000-8000-00000000000a";
    private const string Good = "01990000-0000-7000-8000-00000000000b";
    private const string Rude = "01990000-0000-7000-8000-00000000000c";
    private const int Tasks = 40;

    private StubServer server = null!;
    private AnnotationClient admin = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await StubServer.StartAsync(Cancellation);
        admin = new AnnotationClient(server.Address, "admin");
        server.On("GET /api/people", 200, "[]");
        server.On("POST /api/people", 200, $$"""{"id":"{{Good}}","userName":"u"}""");
        server.On("POST /api/tokens", 200, $$"""{"id":"{{Good}}","token":"of-a-labeler"}""");
        server.On($"POST /api/labeling/assignments/{Assignment}/submit", 200, $$"""{"assignmentId":"{{Assignment}}","repeated":false}""");
        server.On($"POST /api/labeling/assignments/{Assignment}/skip", 204, "");
        var given = 0;
        var written = false;
        server.On(
            "POST /api/labeling/next",
            context =>
            {
                if (given == Tasks / 2 && !written)
                {
                    written = true;
                    return context.Response.WriteAsync(
                        $$"""
                        {
                          "assignmentId": "{{Assignment}}", "leaseVersion": 1, "leaseUntil": "2026-01-01T00:00:00Z", "kind": "demonstration",
                          "project": "demo", "guideline": "", "guidelineVersion": 1, "doneToday": 0, "openTaskCount": 1,
                          "prompt": [{"role": "user", "text": "Tell me about the owl.", "html": ""}], "completions": [],
                          "questions": [{"key": "demonstration", "kind": "demonstration", "name": "Answer", "guideline": ""}]
                        }
                        """,
                        Cancellation
                    );
                }

                if (given == Tasks)
                {
                    context.Response.StatusCode = StatusCodes.Status204NoContent;
                    return Task.CompletedTask;
                }

                // Different prompts, as the same question always gets the same answer.
                var end = new string('!', ++given);
                return context.Response.WriteAsync(
                    $$"""
                    {
                      "assignmentId": "{{Assignment}}", "leaseVersion": 1, "leaseUntil": "2026-01-01T00:00:00Z", "kind": "ranking",
                      "project": "demo", "guideline": "", "guidelineVersion": 1, "doneToday": 0, "openTaskCount": 1,
                      "prompt": [{"role": "user", "text": "Tell me about the fox{{end}}", "html": ""}],
                      "completions": [
                        {"id": "{{Rude}}", "text": "Who cares. Find out yourself.", "html": ""},
                        {"id": "{{Good}}", "text": "The fox is red. It lives in the forest. It eats mice.", "html": ""}
                      ],
                      "questions": [{"key": "overall", "kind": "ranking", "name": "Overall", "guideline": ""}]
                    }
                    """,
                    Cancellation
                );
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        admin.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task People_mostly_prefer_the_better_completion_as_themselves_until_no_task_is_left()
    {
        Assert.Equal(Tasks, await LabelAsync(shuffle: false));
        // At most one in five is careless by design.
        Assert.InRange(GoodFirst(), Tasks * 6 / 10, Tasks);
        Assert.All(Submissions(), request => Assert.Equal("Bearer of-a-labeler", request.Authorization));
        Assert.Single(server.Requests, request => request.Path.EndsWith("/skip", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Shuffled_orders_say_nothing_about_the_completions()
    {
        Assert.Equal(Tasks, await LabelAsync(shuffle: true));
        Assert.InRange(GoodFirst(), Tasks / 4, Tasks * 3 / 4);
    }

    private Task<int> LabelAsync(bool shuffle) =>
        new SimulatedLabeling(admin, server.Address, new DemoJudge(), new DemoSettings { ShuffleLabels = shuffle, Labelers = 2 }).RunAsync(
            "demo",
            Cancellation
        );

    private IEnumerable<StubRequest> Submissions() =>
        server.Requests.Where(request => request.Path.EndsWith("/submit", StringComparison.Ordinal));

    private int GoodFirst() =>
        Submissions()
            .Count(request =>
            {
                var ranks = JsonDocument.Parse(request.Text).RootElement.GetProperty("answers").GetProperty("overall").GetProperty("ranks");
                return ranks.GetProperty(Good).GetInt32() < ranks.GetProperty(Rude).GetInt32();
            });
}
