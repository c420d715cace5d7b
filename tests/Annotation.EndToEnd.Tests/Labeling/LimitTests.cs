using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>Who has judged as much as one person may here is told so, and not that there is nothing left.</summary>
public sealed class LimitTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task The_limits_own_sentence_stands_on_the_desk()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var project = await server.ProjectAsync(3, 2, new RankingQuestion("overall"));
        var limit = new DistributionSettings { TasksPerPerson = 1 };
        Assert.True((await server.Postgres.Get<ChangeDistribution>().RunAsync(project, limit, null, cancellation)).Succeeded);
        var desk = await server.SitDownAsync(project);
        await desk.ShownAsync(2);

        await desk.PressAsync("1", "Enter");

        await Assertions.Expect(desk.Page.GetByText("That is all for you here")).ToBeVisibleAsync();
        await Assertions.Expect(desk.Page.GetByText("You have judged as many tasks as one person may here")).ToBeVisibleAsync();
        await Assertions.Expect(desk.Page.GetByText("All done for now")).ToHaveCountAsync(0);
    }
}
