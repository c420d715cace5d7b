using System.Text;
using Annotation.Domain.Accounts;
using Annotation.Domain.Inquiries;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Annotation.EndToEnd.Tests.Labeling;
using Annotation.Testing;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Staff;

/// <summary>The engineers' and admins' pages in a real browser.</summary>
public sealed class StaffPagesTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_serious_on_any_staff_page_and_each_fits_a_phone(ColorScheme colors)
    {
        var (project, judgement) = await ProjectWithEverythingAsync();
        var page = await server.SignInAsync(Roles.Admin, new() { BypassCSP = true, ColorScheme = colors });
        string[] parts = ["", "/questionnaire", "/guideline", "/judgements", $"/judgements/{judgement}", "/inbox", "/labelers", "/sets/1"];
        string[] others = ["/home", "/projects", "/runs", "/runs/new", "/models", "/operations", "/people", "/audit"];
        var wrong = new List<string>();
        foreach (var path in others.Concat(parts.Select(part => $"/projects/{project}{part}")))
        {
            await page.GotoAsync(path);
            await page.Locator("h1").First.WaitForAsync();
            await Assertions.Expect(page.GetByText("Loading…")).ToHaveCountAsync(0);
            var found = await page.RunAxe();
            wrong.AddRange(
                found
                    .Violations.Where(v => v.Impact is "serious" or "critical")
                    .Select(v => $"{path}: {v.Id}: {string.Join(" | ", v.Nodes.Select(n => n.Html).Take(2))}")
            );
            await page.SetViewportSizeAsync(390, 800);
            var over = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            wrong.AddRange(over > 0 ? [$"{path}: {over} pixels too wide for a phone"] : []);
            await page.SetViewportSizeAsync(1280, 800);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public async Task An_engineer_composes_a_question_sees_it_on_a_task_and_the_next_labeler_is_asked_it()
    {
        var project = await server.ProjectAsync(tasks: 2, completions: 3);
        await using var db = server.Postgres.CreateContext();
        var name = await db.Projects.Where(p => p.Id == project).Select(p => p.Name).SingleAsync(Cancel);
        var page = await server.SignInAsync(Roles.Engineer, new());

        await page.GotoAsync($"/projects/{name}/questionnaire");
        await page.GetByLabel("Add a question").First.ClickAsync();
        await page.GetByText("Grade each completion from 1 to 7.").ClickAsync();
        await page.GetByLabel("What labelers read").FillAsync("How helpful is each?");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("Helpful!");
        await page.GetByLabel("Key", new() { Exact = true }).BlurAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("'Helpful!' is no question key");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("helpful");
        await page.GetByLabel("Key", new() { Exact = true }).BlurAsync();
        var preview = page.Locator("annotation-labeling-preview");
        await Assertions.Expect(preview).ToContainTextAsync("How helpful is each?");
        await Assertions.Expect(preview).ToContainTextAsync("a text of its own");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save as version 1" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 (asked now)")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Changes" }).ClickAsync();
        await Assertions.Expect(page.Locator(".changed-lines .added").First).ToContainTextAsync("(rating)");

        var labeler = await server.Postgres.PersonAsync(Cancel);
        var claim = (await server.Postgres.Get<ClaimNextAssignment>().RunAsync(labeler, project, holding: [], Cancel)).Value!;
        Assert.Equal(1, claim.QuestionnaireVersion);
        Assert.Equal(("helpful", "How helpful is each?"), claim.Questions.OfType<RatingQuestion>().Select(q => (q.Key, q.Name)).Single());
    }

    [Fact]
    public async Task An_engineer_answers_a_labelers_question_with_the_task_beside_it()
    {
        var (name, _) = await ProjectWithEverythingAsync();
        var page = await server.SignInAsync(Roles.Engineer, new());

        await page.GotoAsync($"/projects/{name}/inbox");
        await Assertions.Expect(page.GetByText("What if both are wrong?")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".task-beside")).ToContainTextAsync("a text to judge");
        await page.GetByLabel("Answer (markdown)").FillAsync("Say **none acceptable**.");
        await page.GetByLabel("Answer (markdown)").BlurAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Answer", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Nobody waits for an answer.")).ToBeVisibleAsync();

        await using var db = server.Postgres.CreateContext();
        var said = await db
            .Inquiries.Where(i => db.Projects.Any(p => p.Id == i.ProjectId && p.Name == name))
            .SelectMany(i => i.Messages.OrderBy(m => m.Id).Select(m => m.Text))
            .ToListAsync(Cancel);
        Assert.Equal(["What if both are wrong?", "Say **none acceptable**."], said);
    }

    [Fact]
    public async Task From_a_judgement_to_its_set_and_back_by_links_alone()
    {
        var (name, judgement) = await ProjectWithEverythingAsync();
        var page = await server.SignInAsync(Roles.Engineer, new());

        await page.GotoAsync($"/projects/{name}/judgements/{judgement}");
        await page.GetByRole(AriaRole.Link, new() { Name = "#1", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("preference set #1");
        await page.GetByRole(AriaRole.Link, new() { Name = "each of them" }).ClickAsync();
        await page.Locator($"a[href$='{judgement}']").ClickAsync();
        await Assertions.Expect(page.GetByText("What was judged")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task From_a_model_to_each_judgement_it_learned_from_and_back_by_links_alone()
    {
        var (name, judgement) = await ProjectWithEverythingAsync();
        var model = await server.Postgres.ModelAsync(ModelKind.Reward, Cancel);
        await using (var db = server.Postgres.CreateContext())
        {
            var set = await db.PreferenceSets.SingleAsync(s => db.Projects.Any(p => p.Id == s.ProjectId && p.Name == name), Cancel);
            var run = new Run
            {
                ProjectId = set.ProjectId,
                Number = 900,
                Kind = RunKind.Reward,
                State = RunState.Completed,
                Settings = "{}",
                Seed = 1,
                Device = "cpu",
                PreferenceSetId = set.Id,
                OutputModelId = model.Id,
                CreatedAt = server.Postgres.Clock.GetUtcNow(),
            };
            db.Runs.Add(run);
            await db.SaveChangesAsync(Cancel);
            await db.Models.Where(m => m.Id == model.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.RunId, run.Id), Cancel);
        }

        var page = await server.SignInAsync(Roles.Engineer, new());
        await page.GotoAsync($"/models/{model.Name}");
        await page.GetByRole(AriaRole.Link, new() { Name = "preference set #1" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "each of them" }).ClickAsync();
        await page.Locator($"a[href$='{judgement}']").ClickAsync();
        await Assertions.Expect(page.GetByText("What was judged")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = model.Name, Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(model.Name);
    }

    /// <summary>A project with an imported judgement in a frozen set, a task, and a labeler who asks about it.</summary>
    private async Task<(string Name, Guid Judgement)> ProjectWithEverythingAsync()
    {
        const string Row =
            """[{"cmp_key":"m-1_m-2","instruction":"Say yes.","response1":"No.","response2":"Yes.","annotator1":2,"annotator2":2,"annotator3":0}]""";
        var postgres = server.Postgres;
        var project = await postgres.ProjectAsync(Cancel);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Row));
        await postgres.Get<ImportPreferences>().RunAsync(project, "pandalm", "pairs.json", file, null, Cancel);
        await postgres.Get<FreezePreferenceSet>().RunAsync(project, null, Cancel);
        await postgres.TaskAsync(project, Cancel, texts: ["a text to judge", "another"]);
        var labeler = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(labeler, project, holding: [], Cancel)).Value!;
        await postgres.Get<AskEngineers>().RunAsync(claim.AssignmentId, labeler, "What if both are wrong?", Cancel);
        await using var db = postgres.CreateContext();
        var ranking = await db.Rankings.Where(r => r.ProjectId == project).OrderBy(r => r.Id).Select(r => r.Id).FirstAsync(Cancel);
        return (await db.Projects.Where(p => p.Id == project).Select(p => p.Name).SingleAsync(Cancel), ranking);
    }
}
