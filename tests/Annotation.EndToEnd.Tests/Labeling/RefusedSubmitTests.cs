using System.Text.Json.Nodes;
using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>What the server does not take: its sentence stands on the page, and the work is still there.</summary>
public sealed class RefusedSubmitTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "ranks",
        "{\"00000000-0000-0000-0000-000000000001\":1,\"00000000-0000-0000-0000-000000000002\":2}",
        "does not belong to this task"
    )]
    [InlineData("ranks", "", "leaves out 1 of the 2 completions; rank all of them")]
    public async Task An_answer_that_another_program_spoiled(string field, string value, string sentence)
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(2, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await SpoilAsync(
            desk,
            body =>
            {
                var answer = body["answers"]!["overall"]!.AsObject();
                if (value.Length > 0)
                {
                    answer[field] = JsonNode.Parse(value);
                }
                else
                {
                    answer[field]!.AsObject().Remove($"{shown[1]}");
                }
            }
        );
        await desk.PressAsync("2", "Enter");
        await BackWithSentenceAsync(desk, shown, sentence);
    }

    [Fact]
    public async Task A_text_below_its_minimum()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 0, new DemonstrationQuestion { MinLength = 5 }));
        await Assertions.Expect(desk.Page.Locator("textarea")).ToBeFocusedAsync();
        await SpoilAsync(desk, body => body["answers"]!["demonstration"]!["text"] = "abc");
        await desk.Page.Keyboard.TypeAsync("long enough");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Status).ToContainTextAsync("has 3 characters; write at least 5");
        await Assertions.Expect(desk.Page.Locator("textarea")).ToHaveValueAsync("long enough");
    }

    [Fact]
    public async Task A_lease_of_a_stale_version()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(2, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await SpoilAsync(desk, body => body["leaseVersion"] = 7);
        await desk.PressAsync("2", "Enter");
        await BackWithSentenceAsync(desk, shown, "The time for this task ran out");
    }

    [Fact]
    public async Task A_lease_that_somebody_else_has_now()
    {
        var project = await server.ProjectAsync(1, 2, new RankingQuestion("overall"));
        var desk = await server.SitDownAsync(project);
        var shown = await desk.ShownAsync(2);
        await using (var db = server.Postgres.CreateContext())
        {
            await db
                .Assignments.Where(a => a.PersonId == desk.Person && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == project))
                .ExecuteUpdateAsync(a => a.SetProperty(x => x.LeaseUntil, DateTimeOffset.UtcNow.AddMinutes(-1)), Cancel);
        }

        var other = await server.Postgres.PersonAsync(Cancel);
        Assert.True((await server.Postgres.Get<ClaimNextAssignment>().RunAsync(other, project, [], Cancel)).Succeeded);
        await desk.PressAsync("2", "Enter");
        await BackWithSentenceAsync(desk, shown, "somebody else has it now");
    }

    [Fact]
    public async Task Ten_megabytes_of_text_are_refused_and_still_there_after_a_reload()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 0, new DemonstrationQuestion()));
        var text = desk.Page.Locator("textarea");
        await Assertions.Expect(text).ToBeFocusedAsync();
        await text.EvaluateAsync("area => { area.value = 'x'.repeat(10 * 1024 * 1024); area.dispatchEvent(new Event('input')); }");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("The answer has 10485760 characters; at most 100000 are accepted.");
        Assert.Empty(await desk.AnswersAsync());

        await Assertions.Expect(desk.Sync).ToHaveTextAsync("Kept in this browser");
        await desk.Page.ReloadAsync();
        await desk.Page.WaitForFunctionAsync("() => document.querySelector('textarea')?.value.length === 10 * 1024 * 1024");
    }

    [Fact]
    public async Task Script_in_markdown_is_shown_and_never_run()
    {
        var project = await server.ProjectAsync(0, 2, new RankingQuestion("overall"));
        const string Evil = "<script>window.hacked = 1</script> [x](javascript:hacked=1) <img src=x onerror='window.hacked=1'>";
        await server.Postgres.TaskAsync(project, Cancel, texts: [Evil, "harmless"]);
        var desk = await server.SitDownAsync(project);
        await desk.ShownAsync(2);
        await Assertions.Expect(desk.Page.GetByText("<script>window.hacked = 1</script>")).ToBeVisibleAsync();
        await Assertions.Expect(desk.Page.Locator(".card img, .card script, .card a[href^=javascript]")).ToHaveCountAsync(0);
        Assert.False(await desk.Page.EvaluateAsync<bool>("() => 'hacked' in window"));
    }

    /// <summary>The first submit reaches the server changed.</summary>
    private static Task SpoilAsync(Desk desk, Action<JsonNode> spoil) =>
        desk.Page.RouteAsync(
            "**/submit",
            async route =>
            {
                var body = JsonNode.Parse(route.Request.PostData!)!;
                spoil(body);
                await route.ContinueAsync(new() { PostData = System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()) });
            },
            new() { Times = 1 }
        );

    /// <summary>The task is on the desk again, with its answer, and the server's sentence under it.</summary>
    private static async Task BackWithSentenceAsync(Desk desk, Guid[] shown, string sentence)
    {
        await Assertions.Expect(desk.Status).ToContainTextAsync(sentence);
        await Assertions.Expect(desk.Cards.First).ToHaveAttributeAsync("data-completion", $"{shown[0]}");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
        Assert.Empty(await desk.AnswersAsync());
    }
}
