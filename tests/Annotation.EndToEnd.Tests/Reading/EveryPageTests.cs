using Annotation.Domain.Inquiries;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.EndToEnd.Tests.Labeling;
using Annotation.Testing;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Reading;

/// <summary>Every page that a labeler sees, in each theme and from narrow to wide: nothing that axe calls serious, nothing cut off.</summary>
public sealed class EveryPageTests(DeskServer server) : IClassFixture<DeskServer>
{
    private const string Rich =
        "Some **bold** text with `code` and [a link](https://example.com).\n\n```python\ndef f(x):  # twice\n    return 'a' + 1\n```\n\n> said\n\n| a | b |\n|-|-|\n| $x^2$ | y |";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The desk revealed, scrolling as one, comparing, with guideline, question, keys and skipping: keys, and whether a dialog is open then.
    private static readonly (string[] Keys, bool Dialog)[] States =
    [
        (["r"], false),
        (["l"], false),
        (["l", "d"], true),
        (["Escape", "g"], true),
        (["Escape", "q"], true),
        (["Escape", "?"], true),
        (["Escape", "s"], true),
    ];

    public static TheoryData<string> Themes => ["light", "dark", "contrast"];

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Axe_finds_nothing_serious_and_nothing_is_wider_than_the_page(string theme)
    {
        var (desk, pages) = await ArriveAsync();
        var page = desk.Page;
        await page.Context.AddCookiesAsync([
            new()
            {
                Name = "theme",
                Value = theme,
                Url = server.Address.ToString(),
            },
        ]);
        foreach (var path in pages)
        {
            await page.GotoAsync(path);
            await CheckAsync(page, $"{path} ({theme})");
        }

        await desk.ShownAsync(2);
        await CheckAsync(page, $"covered desk ({theme})");
        foreach (var (keys, dialog) in States)
        {
            await desk.PressAsync(keys);
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(dialog ? 1 : 0);
            await CheckAsync(page, $"desk after {string.Join(' ', keys)} ({theme})");
        }
    }

    [Fact]
    public async Task Themes_follow_the_switch_and_the_system()
    {
        var (desk, _) = await ArriveAsync();
        await desk.Page.GotoAsync("/history");
        var theme = desk.Page.Locator("[data-theme-switch]");
        foreach (var name in new[] { "light", "dark", "contrast", "system" })
        {
            await theme.ClickAsync();
            await Assertions.Expect(theme).ToHaveTextAsync($"Theme: {name}");
        }

        Assert.Equal("rgb(246, 245, 241)", await PaperAsync(desk.Page));
        await desk.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(20, 23, 26)", await PaperAsync(desk.Page));
        await desk.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, Contrast = Contrast.More });
        Assert.Equal("rgb(0, 0, 0)", await desk.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).color"));
        await desk.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce, ForcedColors = ForcedColors.Active });
        Assert.Equal("0s", await theme.EvaluateAsync<string>("e => getComputedStyle(e).transitionDuration"));
    }

    private async Task<(Desk Desk, string[] Pages)> ArriveAsync()
    {
        var settings = new ProjectSettings { ContentWarning = "Rough." };
        var project = await server.TasksAsync(["Compare **these**."], [Rich, Rich + "\n\nMore."], p => p.ContentFlags = ["hate"], settings);
        var save = server.Postgres.Get<SaveGuideline>();
        await save.RunAsync(project, "Be kind.\nBe brief.", [new("Short", "Hi", [new("hi", 1), new("Oh", 2)], "Asked so.")], null, Cancel);
        var desk = await server.ArriveAsync(project, options: new() { BypassCSP = true });
        await desk.ShownAsync(2);
        var claim = (await server.Postgres.Get<ClaimNextAssignment>().RunAsync(desk.Person, project, [], Cancel)).Value!;
        var asked = (await server.Postgres.Get<AskEngineers>().RunAsync(claim.AssignmentId, desk.Person, "Why?", Cancel)).Value;
        await server
            .Postgres.Get<AnswerInquiry>()
            .RunAsync(project, asked, await server.Postgres.PersonAsync(Cancel, "engineer"), "So.", Cancel);
        var other = await server.TasksAsync(["An earlier one?"], ["x", "y"]);
        var earlier = (await server.Postgres.Get<ClaimNextAssignment>().RunAsync(desk.Person, other, [], Cancel)).Value!;
        var submission = new Submission(
            earlier.AssignmentId,
            desk.Person,
            earlier.Version,
            Guid.NewGuid(),
            new Dictionary<string, AnswerValue>
            {
                ["overall"] = new RankingAnswer(earlier.Completions.Index().ToDictionary(c => c.Item.Id, c => c.Index + 1)),
            },
            73_000,
            new Measurements(1_200, 3, "keyboard", 1440, 900)
        );
        Assert.True((await server.Postgres.Get<SubmitAnswers>().RunAsync(submission, Cancel)).Succeeded);
        await using var db = server.Postgres.CreateContext();
        var version = await db.GuidelineTexts.Where(g => g.ProjectId == project).MaxAsync(g => g.Version, Cancel);
        await server.Postgres.Get<VisitGuideline>().RunAsync(project, desk.Person, version, Cancel);
        await save.RunAsync(project, "Be kind.\nBe exact.", null, null, Cancel);
        var name = await db.Projects.Where(p => p.Id == project).Select(p => p.Name).SingleAsync(Cancel);
        return (
            desk,
            [
                "/history",
                "/recorded",
                "/timesheet",
                "/inbox",
                $"/inbox?open={asked}",
                $"/guideline?project={name}",
                "/settings",
                "/account",
                "/label?project=none",
                $"/label?project={name}",
            ]
        );
    }

    private static async Task CheckAsync(IPage page, string where)
    {
        foreach (var width in new[] { 1280, 360 })
        {
            await page.SetViewportSizeAsync(width, 760);
            Assert.True(
                await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
                $"{where} is wider than {width} pixels"
            );
            var found = await page.RunAxe();
            var serious = found.Violations.Where(v => v.Impact is "serious" or "critical").ToList();
            Assert.True(serious.Count == 0, $"{where} at {width}: {string.Join("; ", serious.Select(Describe))}");
        }
    }

    private static string Describe(AxeResultItem item) => $"{item.Id}: {string.Join(" | ", item.Nodes.Take(3).Select(n => n.Html))}";

    private static Task<string> PaperAsync(IPage page) =>
        page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");
}
