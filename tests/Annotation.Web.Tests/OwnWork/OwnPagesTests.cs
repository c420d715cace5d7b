using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Annotation.Domain.Inquiries;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.OwnWork;

/// <summary>The pages around the desk, read as a browser reads them, for one labeler and a stranger.</summary>
public sealed class OwnPagesTests(WebServer server) : IClassFixture<WebServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_lists_finds_and_opens_the_labelers_own_judgements_only()
    {
        var (browser, person) = await SignInAsync();
        var violet = await JudgeAsync(person, "What colour is a violet?");
        await JudgeAsync(person, "Say 100% \"yes\" to a\\b, in C_sharp.");

        var all = await PageAsync(browser, "/history");
        var found = await PageAsync(browser, "/history?find=VIOLET");
        var literal = await PageAsync(browser, "/history?find=" + Uri.EscapeDataString("100% \"yes\" to a\\b, in C_s"));
        var none = await PageAsync(browser, "/history?find=1_0");
        var (stranger, _) = await SignInAsync();

        Assert.Equal(["Say 100% \"yes\" to a\\b, in C_sharp.", "What colour is a violet?"], Texts(all, ".entry-text"));
        Assert.Equal(["What colour is a violet?"], Texts(found, ".entry-text"));
        Assert.Single(Texts(literal, ".entry-text"));
        Assert.Empty(Texts(none, ".entry-text"));
        Assert.Contains($"/label?assignment={violet}", Links(found));
        Assert.Contains($"/recorded?assignment={violet}", Links(found));
        Assert.Empty(Texts(await PageAsync(stranger, "/history"), ".entry-text"));
    }

    [Fact]
    public async Task What_is_recorded_shows_every_measurement_and_the_order_shown_to_the_labeler_alone()
    {
        var (browser, person) = await SignInAsync();
        var assignment = await JudgeAsync(person, "Which?", active: 73_000, new Measurements(1_200, 3, "keyboard", 1440, 900));
        await using var db = server.Postgres.CreateContext();
        var order = await db.Assignments.Where(a => a.Id == assignment).Select(a => a.ShownOrder).SingleAsync(Cancel);
        var texts = await db.Completions.Where(c => order.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Text, Cancel);

        var page = await PageAsync(browser, $"/recorded?assignment={assignment}");
        var (stranger, _) = await SignInAsync();

        var facts = page.QuerySelectorAll(".facts > div")
            .ToDictionary(f => f.QuerySelector("dt")!.TextContent.Trim(), f => f.QuerySelector("dd")!.TextContent.Trim());
        Assert.Equal(
            ("73.0 s", "1.2 s", "3", "keyboard", "1440 × 900"),
            (facts["Active time"], facts["First touch"], facts["Changes"], facts["Input"], facts["Window"])
        );
        Assert.Equal(order.Select(id => texts[id]), Texts(page, ".letters li"));
        Assert.Empty(Texts(await PageAsync(stranger, $"/recorded?assignment={assignment}"), ".facts"));
    }

    [Fact]
    public async Task The_timesheet_counts_time_by_day_and_downloads_as_csv()
    {
        var (browser, person) = await SignInAsync();
        await JudgeAsync(person, "One?", active: 1_800_000);
        await JudgeAsync(person, "Two?", active: 1_800_000);

        var page = await PageAsync(browser, "/timesheet");
        var csv = await browser.GetStringAsync("/api/labeling/timesheet.csv", Cancel);

        // Two tasks in one active hour.
        Assert.Equal(["2", "1 h 0 min", "2", "2", "30 min 0 s"], Texts(page, ".tiles strong"));
        Assert.Equal(2, page.QuerySelectorAll("tbody tr").Length);
        var lines = csv.TrimEnd().Split("\r\n");
        Assert.Equal("day,project,submitted,skipped,active hours,active seconds,first at (UTC),last at (UTC)", lines[0]);
        Assert.Equal(["1", "0", "0.50", "1800"], lines[1].Split(',')[2..6]);
    }

    [Fact]
    public async Task Opening_an_answer_clears_its_mark_and_more_can_be_asked()
    {
        var (browser, person) = await SignInAsync();
        var assignment = await JudgeAsync(person, "Why?");
        var asked = (await server.Postgres.Get<AskEngineers>().RunAsync(assignment, person, "Is it?", Cancel)).Value;
        await using var db = server.Postgres.CreateContext();
        var project = await db.Inquiries.Where(i => i.Id == asked).Select(i => i.ProjectId).SingleAsync(Cancel);
        var engineer = await server.Postgres.PersonAsync(Cancel, "engineer");
        await server.Postgres.Get<AnswerInquiry>().RunAsync(project, asked, engineer, "It *is*.<script>alert(1)</script>", Cancel);

        var before = await PageAsync(browser, "/history");
        var opened = await PageAsync(browser, $"/inbox?open={asked}");
        var after = await PageAsync(browser, "/history");
        var again = await PostAsync(browser, $"/inbox?open={asked}", "ask", new() { ["Form.Text"] = "And this?" });
        var empty = await PostAsync(browser, $"/inbox?open={asked}", "ask", new() { ["Form.Text"] = "  " });

        Assert.False(before.QuerySelector("[data-unread]")!.HasAttribute("hidden"));
        Assert.Equal("1", Texts(before, "[data-unread-count]").Single());
        Assert.True(after.QuerySelector("[data-unread]")!.HasAttribute("hidden"));
        Assert.Equal(["Is it?", "It is.<script>alert(1)</script>"], Texts(opened, ".message .prose"));
        Assert.Equal("And this?", Texts(again, ".message .prose")[^1]);
        Assert.Contains("Write a message", Texts(empty, "[role=alert]").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guideline_shows_changes_and_examples_and_remembers_that_it_was_read()
    {
        var (browser, person) = await SignInAsync();
        var project = await server.Postgres.ProjectAsync(Cancel);
        var save = server.Postgres.Get<SaveGuideline>();
        var example = new GuidelineExample("Short wins", "Say hi", [new("hi", 1), new("Greetings", 2)], "It was *asked* so.");
        await save.RunAsync(project, "Be kind.\nBe brief.", [example], null, Cancel);
        var path = $"/guideline?project={project}";

        var first = await PageAsync(browser, path);
        var read = await PostAsync(browser, path, "seen", new() { ["Form.Version"] = Version(first) });
        await save.RunAsync(project, "Be kind.\nBe exact.", null, null, Cancel);
        var second = await PageAsync(browser, path);

        Assert.Empty(Texts(first, ".changes"));
        Assert.Equal(["Rank 1", "Rank 2"], Texts(first, ".example .tag"));
        Assert.Empty(read.QuerySelectorAll("form[method=post] [name='Form.Version']"));
        Assert.Equal(["Gone: Be brief."], Texts(second, ".changes .removed"));
        Assert.Equal(["New: Be exact."], Texts(second, ".changes .added"));
        Assert.NotEqual(Guid.Empty, person);
    }

    [Fact]
    public async Task Settings_are_saved_from_the_form_and_a_wrong_tag_is_said_in_place()
    {
        var (browser, person) = await SignInAsync();
        await server
            .Postgres.Get<SaveLabelerSettings>()
            .RunAsync(person, [], [], System.Text.Json.JsonElement.Parse("""{"keys":{"skip":["KeyX"]}}"""), Cancel);

        var saved = await PostAsync(
            browser,
            "/settings",
            "settings",
            new()
            {
                ["Form.Languages"] = "de",
                ["Form.Others"] = "pt-BR",
                ["Form.OptedOut"] = "violence",
            }
        );
        var wrong = await PostAsync(browser, "/settings", "settings", new() { ["Form.Others"] = "klingon!" });

        Assert.NotEmpty(Texts(saved, "[role=status]"));
        Assert.Contains("klingon!", Texts(wrong, "[role=alert]").Single(), StringComparison.Ordinal);
        await using var db = server.Postgres.CreateContext();
        var stored = await db.People.SingleAsync(p => p.Id == person, Cancel);
        Assert.Equal(["de", "pt-br"], stored.Languages);
        Assert.Equal(["violence"], stored.OptedOut);
        // The page's own settings stay as they were.
        Assert.Contains("KeyX", stored.PageSettings!, StringComparison.Ordinal);
    }

    private async Task<(HttpClient Browser, Guid Person)> SignInAsync()
    {
        var browser = await server.BrowserOfAsync(Cancel);
        var me = await browser.GetStringAsync("/api/me", Cancel);
        return (browser, System.Text.Json.JsonDocument.Parse(me).RootElement.GetProperty("id").GetGuid());
    }

    private async Task<Guid> JudgeAsync(Guid person, string prompt, int? active = null, Measurements? how = null)
    {
        var project = await server.Postgres.ProjectAsync(Cancel);
        await server.Postgres.TaskAboutAsync(await server.Postgres.PromptAsync(project, prompt, Cancel), Cancel, texts: ["one", "two"]);
        var task = (await server.Postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value!;
        var ranks = new RankingAnswer(task.Completions.Index().ToDictionary(c => c.Item.Id, c => c.Index + 1));
        var answers = new Dictionary<string, AnswerValue> { [Criterion.Overall] = ranks };
        var submission = new Submission(task.AssignmentId, person, task.Version, Guid.NewGuid(), answers, active, how);
        Assert.True((await server.Postgres.Get<SubmitAnswers>().RunAsync(submission, Cancel)).Succeeded);
        return task.AssignmentId;
    }

    private static async Task<IHtmlDocument> PageAsync(HttpClient browser, string path) =>
        new HtmlParser().ParseDocument(await browser.GetStringAsync(path, Cancel));

    private static async Task<IHtmlDocument> PostAsync(HttpClient browser, string path, string form, Dictionary<string, string> fields)
    {
        var page = await PageAsync(browser, path);
        var token = page.QuerySelector("form[method=post] [name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var content = new FormUrlEncodedContent(
            new Dictionary<string, string>(fields) { ["_handler"] = form, ["__RequestVerificationToken"] = token }
        );
        using var answer = await browser.PostAsync(path, content, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static string Version(IHtmlDocument page) => page.QuerySelector("[name='Form.Version']")!.GetAttribute("value")!;

    private static List<string> Texts(IHtmlDocument page, string selector) =>
        [.. page.QuerySelectorAll(selector).Select(e => e.TextContent.Trim())];

    private static List<string?> Links(IHtmlDocument page) => [.. page.QuerySelectorAll("a").Select(a => a.GetAttribute("href"))];
}
