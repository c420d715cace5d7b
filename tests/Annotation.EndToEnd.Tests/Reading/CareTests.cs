using Annotation.Domain.Inquiries;
using Annotation.Domain.Projects;
using Annotation.EndToEnd.Tests.Labeling;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Reading;

/// <summary>Content warnings, the guideline one key away, and questions to the engineers.</summary>
public sealed class CareTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flagged_content_is_blurred_and_unread_until_it_is_revealed_by_key_or_mouse()
    {
        var settings = new ProjectSettings { ContentWarning = "These texts are **rough**." };
        var desk = await server.ArriveAsync(
            await server.TasksAsync(["One?", "Two?", "Three?"], ["Blood.", "Tea."], p => p.ContentFlags = ["violence"], settings)
        );
        var bodies = desk.Page.Locator(".card .body, .prompt .turn .prose");
        var cover = desk.Page.Locator(".cover");
        await desk.ShownAsync(2);

        await Assertions.Expect(cover).ToContainTextAsync("violence and injury");
        await Assertions.Expect(cover.Locator("strong").Last).ToHaveTextAsync("rough");
        Assert.All(await StatesAsync(bodies), state => Assert.Equal("blur(14px) inert", state));
        await desk.PressAsync("d");
        await Assertions.Expect(desk.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await desk.PressAsync("r");
        await Assertions.Expect(cover).ToHaveCountAsync(0);
        Assert.All(await StatesAsync(bodies), state => Assert.Equal("none", state));

        // The next one is covered again; revealed by mouse for the rest of the tab, the one after it is not.
        await desk.PressAsync("1", "2", "Enter");
        await Assertions.Expect(cover).ToHaveCountAsync(1);
        await cover.GetByRole(AriaRole.Checkbox).CheckAsync();
        await cover.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(cover).ToHaveCountAsync(0);
        await desk.ShownAsync(2);
        await desk.PressAsync("1", "2", "Enter");
        await Assertions.Expect(desk.Page.Locator(".prompt")).ToContainTextAsync("Three?");
        await Assertions.Expect(cover).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_guideline_is_one_key_away_with_examples_and_what_changed_and_is_then_read()
    {
        var project = await server.TasksAsync(["One?", "Two?"], ["a", "b"]);
        var save = server.Postgres.Get<SaveGuideline>();
        var example = new GuidelineExample("Short wins", "Say hi", [new("hi", 1), new("Greetings", 2)], "It was asked so.");
        await save.RunAsync(project, "Be kind.\nBe brief.", [example], null, Cancel);
        var desk = await server.ArriveAsync(project);
        var news = desk.Page.Locator(".guideline-news");
        var dialog = desk.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(news).ToContainTextAsync("not read");

        await desk.PressAsync("g");
        await Assertions.Expect(dialog.Locator(".example .tag")).ToHaveTextAsync(["Rank 1", "Rank 2"]);
        await desk.PressAsync("Escape");
        await Assertions.Expect(news).ToHaveCountAsync(0);
        await save.RunAsync(project, "Be kind.\nBe exact.", null, null, Cancel);
        // A task keeps the guideline that it was handed out with; one that is handed out again has the new one.
        await using (var leases = server.Postgres.CreateContext())
        {
            await leases.Assignments.ExecuteUpdateAsync(x => x.SetProperty(l => l.LeaseUntil, DateTimeOffset.UnixEpoch), Cancel);
        }

        await desk.Page.EvaluateAsync("() => sessionStorage.clear()");
        await desk.Page.ReloadAsync();
        await Assertions.Expect(news).ToBeVisibleAsync();
        await desk.PressAsync("g");
        await Assertions.Expect(dialog.Locator(".removed")).ToContainTextAsync("Be brief.");
        await Assertions.Expect(dialog.Locator(".added")).ToContainTextAsync("Be exact.");

        await using var db = server.Postgres.CreateContext();
        var current = await db.GuidelineTexts.Where(g => g.ProjectId == project).MaxAsync(g => g.Version, Cancel);
        await Assertions.Expect(news).ToHaveCountAsync(0);
        Assert.Equal(
            current,
            (await db.GuidelineVisits.SingleAsync(v => v.ProjectId == project && v.PersonId == desk.Person, Cancel)).Version
        );
    }

    [Fact]
    public async Task A_question_asked_at_the_desk_is_answered_in_the_inbox()
    {
        var project = await server.TasksAsync(["One?"], ["a", "b"]);
        var desk = await server.ArriveAsync(project);
        await desk.ShownAsync(2);
        var mark = desk.Page.Locator("[data-unread]");
        await Assertions.Expect(mark).ToBeHiddenAsync();

        // What was typed outlives the dialog.
        await desk.PressAsync("q");
        await desk.Page.Keyboard.TypeAsync("Is **a** a joke");
        await desk.PressAsync("Escape", "q", "End");
        await desk.Page.Keyboard.TypeAsync("?");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Page.GetByText("Sent.")).ToBeVisibleAsync();
        await desk.PressAsync("Escape");
        await Assertions.Expect(desk.Cards.First).ToBeFocusedAsync();
        await using var db = server.Postgres.CreateContext();
        var asked = await db.Inquiries.SingleAsync(i => i.PersonId == desk.Person, Cancel);
        var engineer = await server.Postgres.PersonAsync(Cancel, "engineer");
        await server.Postgres.Get<AnswerInquiry>().RunAsync(project, asked.Id, engineer, "It is *not*.", Cancel);

        await desk.Page.ReloadAsync();
        await Assertions.Expect(mark).ToContainTextAsync("1");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Inbox" }).ClickAsync();
        await desk.Page.Locator(".entry a").ClickAsync();
        await Assertions.Expect(desk.Page.Locator(".message .prose")).ToHaveTextAsync(["Is a a joke?", "It is not."]);
        await Assertions.Expect(mark).ToBeHiddenAsync();
    }

    private static Task<string[]> StatesAsync(ILocator elements) =>
        elements.EvaluateAllAsync<string[]>("all => all.map((e) => `${getComputedStyle(e).filter}${e.inert ? ' inert' : ''}`)");
}
