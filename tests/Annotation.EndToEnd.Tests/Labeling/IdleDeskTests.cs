using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>A desk at which nobody is: what it holds goes to others, and it asks for nothing more.</summary>
public sealed class IdleDeskTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tab_that_was_left_open_keeps_no_task_and_goes_on_when_its_person_is_back()
    {
        var project = await server.ProjectAsync(2, 2, new RankingQuestion("overall"));
        var desk = await server.SitDownAsync(project);
        await desk.Page.Clock.InstallAsync();
        await desk.Page.ReloadAsync();
        await desk.ShownAsync(2);
        await UntilAsync(async () => (await LeasesAsync(desk, project)).Count == 2);

        // The person goes away, and in a quarter of an hour the leases run out.
        await using var db = server.Postgres.CreateContext();
        var ranOut = DateTimeOffset.UtcNow.AddSeconds(-1);
        await desk.Page.Clock.FastForwardAsync("10:01");
        await Task.Delay(500, Cancel);
        await db
            .Assignments.Where(a => a.PersonId == desk.Person && a.ProjectId == project)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.LeaseUntil, ranOut), Cancel);
        await desk.Page.Clock.RunForAsync("02:00");
        await Task.Delay(1000, Cancel);

        Assert.All(await LeasesAsync(desk, project), lease => Assert.True(lease < DateTimeOffset.UtcNow, $"kept until {lease}"));
        var other = await server.Postgres.PersonAsync(Cancel);
        Assert.NotNull((await server.Postgres.Get<ClaimNextAssignment>().RunAsync(other, project, [], Cancel)).Value);

        // Back at the desk: what is left of the two is theirs again at once.
        await desk.Page.Mouse.MoveAsync(200, 200);
        await UntilAsync(async () => (await LeasesAsync(desk, project)).Count(lease => lease > DateTimeOffset.UtcNow) == 1);
    }

    [Fact]
    public async Task A_task_that_is_handed_out_again_is_not_put_on_the_desk_twice()
    {
        var project = await server.ProjectAsync(2, 2, new RankingQuestion("overall"));
        var desk = await server.SitDownAsync(project);
        var asked = 0;
        // Something on the way drops what the tab says it holds: the server hands out the same task each time.
        await desk.Page.RouteAsync(
            "**/api/labeling/next?*",
            route =>
            {
                asked++;
                return route.ContinueAsync(new() { Url = route.Request.Url.Split("&holding=")[0] });
            }
        );
        await desk.Page.ReloadAsync();
        await desk.ShownAsync(2);
        await UntilAsync(() => Task.FromResult(asked > 0));
        await Task.Delay(2000, Cancel);
        Assert.InRange(asked, 1, 2);
        await desk.Page.UnrouteAllAsync();

        // Each of the two once, and then there is nothing.
        var first = await desk.ShownAsync(2);
        await desk.PressAsync("2", "Enter");
        await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", $"{first[0]}");
        await desk.ShownAsync(2);
        await desk.PressAsync("2", "Enter");
        await desk.SavedAsync();
        await Assertions.Expect(desk.Cards).ToHaveCountAsync(0);
        Assert.Equal(2, (await desk.AnswersAsync()).Count);
    }

    private async Task<List<DateTimeOffset>> LeasesAsync(Desk desk, Guid project)
    {
        await using var db = server.Postgres.CreateContext();
        return await db
            .Assignments.Where(a => a.PersonId == desk.Person && a.ProjectId == project)
            .Select(a => a.LeaseUntil)
            .ToListAsync(Cancel);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var wait = 0; !await holds(); wait++)
        {
            Assert.True(wait < 300, "It did not come about within 30 s.");
            await Task.Delay(100, Cancel);
        }
    }
}
