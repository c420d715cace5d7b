using Annotation.Domain.Inquiries;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.EndToEnd.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Reading;

/// <summary>Formulas are set and code is coloured wherever a labeler or an engineer reads, not at the desk alone.</summary>
public sealed class FormulaTests(DeskServer server) : IClassFixture<DeskServer>
{
    private const string Text = "The loss $$-\\log \\sigma(r_w - r_l)$$ in code:\n\n```python\ndef f(x):\n    return 2 * x\n```";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_the_pages_of_guideline_and_inbox_and_on_the_engineers()
    {
        var project = await server.TasksAsync(["What is the loss?"], ["x", "y"]);
        Assert.True((await server.Postgres.Get<SaveGuideline>().RunAsync(project, Text, null, null, Cancel)).Succeeded);
        var desk = await server.ArriveAsync(project);
        await desk.ShownAsync(2);
        var claim = (await server.Postgres.Get<ClaimNextAssignment>().RunAsync(desk.Person, project, [], Cancel)).Value!;
        var asked = (await server.Postgres.Get<AskEngineers>().RunAsync(claim.AssignmentId, desk.Person, Text, Cancel)).Value;
        await using var db = server.Postgres.CreateContext();
        var name = await db.Projects.Where(p => p.Id == project).Select(p => p.Name).SingleAsync(Cancel);

        foreach (var path in new[] { $"/guideline?project={name}", $"/inbox?open={asked}" })
        {
            await desk.Page.GotoAsync(path);
            await SetAsync(desk.Page);
        }

        var engineer = await server.SignInAsync("engineer", new());
        await engineer.GotoAsync($"/projects/{name}/inbox");
        await SetAsync(engineer);
    }

    private static async Task SetAsync(IPage page)
    {
        await Assertions.Expect(page.Locator(".prose math").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".prose .token.keyword").First).ToHaveTextAsync("def");
    }
}
