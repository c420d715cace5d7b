using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>What a labeler has done stays: drafts, undo, correction, and the record of how it was done.</summary>
public sealed class KeptWorkTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_draft_is_with_the_server_within_a_second_and_back_after_a_reload_and_the_back_button()
    {
        var project = await server.ProjectAsync(1, 0, new DemonstrationQuestion());
        var desk = await server.SitDownAsync(project);
        var text = desk.Page.Locator("textarea");
        await Assertions.Expect(text).ToBeFocusedAsync();
        await desk.Page.Keyboard.TypeAsync("half a sentence");
        await desk.SavedAsync();
        await using var db = server.Postgres.CreateContext();
        var stored = await db
            .Drafts.AsNoTracking()
            .SingleAsync(
                d =>
                    db.Assignments.Any(a =>
                        a.Id == d.AssignmentId && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == project)
                    ),
                Cancel
            );
        Assert.Contains("half a sentence", stored.Content, StringComparison.Ordinal);
        var typed = await desk.Page.EvaluateAsync<long>("() => Date.now()");
        Assert.True(typed - stored.SavedAt.ToUnixTimeMilliseconds() < 10_000);

        await desk.Page.Keyboard.TypeAsync(" and more");
        await desk.Page.ReloadAsync();
        await Assertions.Expect(text).ToHaveValueAsync("half a sentence and more");
        await desk.Page.GotoAsync("/account");
        await desk.Page.GoBackAsync();
        await Assertions.Expect(text).ToHaveValueAsync("half a sentence and more");
    }

    [Fact]
    public async Task Another_browser_goes_on_where_this_one_stopped()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.ShownAsync(3);
        await desk.PressAsync("2", "1");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
        await desk.SavedAsync();

        // The same person, with nothing of this browser's own memory.
        await desk.Page.EvaluateAsync("() => { localStorage.clear(); sessionStorage.clear(); }");
        await desk.Page.ReloadAsync();

        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
    }

    [Fact]
    public async Task A_second_tab_gets_another_task()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(8, 2, new RankingQuestion("overall")));
        var first = await desk.ShownAsync(2);
        var tab = await desk.Page.Context.NewPageAsync();
        await tab.GotoAsync(desk.Page.Url);
        await Assertions.Expect(tab.Locator("article.card")).ToHaveCountAsync(2);
        var second = await tab.Locator("article.card").First.GetAttributeAsync("data-completion");
        Assert.DoesNotContain(Guid.Parse(second!), first);
        await tab.CloseAsync();
    }

    [Fact]
    public async Task A_submit_taken_back_brings_the_task_and_its_answer_and_counts_once_in_the_end()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(3, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await desk.PressAsync("1", "Enter");
        await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", $"{shown[0]}");
        await desk.SavedAsync();
        Assert.Single(await desk.AnswersAsync());

        await desk.PressAsync("u");

        await Assertions.Expect(desk.Cards.First).ToHaveAttributeAsync("data-completion", $"{shown[0]}");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("AB");
        Assert.Empty(await desk.AnswersAsync());
        await desk.PressAsync("2", "ArrowRight", "1", "Enter");
        await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", $"{shown[0]}");
        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal((2, 1), (answer.Ranks[shown[0]], answer.Ranks[shown[1]]));
    }

    [Fact]
    public async Task A_judgement_is_looked_up_and_corrected_and_the_new_one_supersedes()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(2, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await desk.PressAsync("1", "Enter");
        await desk.SavedAsync();
        var before = Assert.Single(await desk.AnswersAsync());

        await desk.Page.GotoAsync($"/label?assignment={before.AssignmentId}");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("AB");
        await desk.PressAsync("2", "ArrowRight", "1", "Enter");
        await Assertions.Expect(desk.Page.GetByText("Corrected", new() { Exact = true })).ToBeVisibleAsync();

        var after = Assert.Single(await desk.AnswersAsync());
        Assert.Equal(before.Id, after.SupersedesId);
        Assert.Equal(2, ((RankingAnswer)after.Value).Ranks[shown[0]]);
    }

    [Fact]
    public async Task How_it_was_done_is_recorded()
    {
        var project = await server.ProjectAsync(1, 2, new RankingQuestion("overall"));
        var desk = await server.SitDownAsync(project);
        await desk.Page.SetViewportSizeAsync(1100, 700);
        await desk.ShownAsync(2);
        await desk.PressAsync("1", "2", "u", "Enter");
        await desk.SavedAsync();

        await using var db = server.Postgres.CreateContext();
        var answer = Assert.Single(await desk.AnswersAsync());
        var how = await db.Interactions.SingleAsync(i => i.SubmissionKey == answer.SubmissionKey, Cancel);
        Assert.Equal(("keyboard", 1100, 700, 3), (how.InputDevice, how.ViewportWidth, how.ViewportHeight, how.ChangeCount));
        Assert.InRange(how.FirstInteractionMilliseconds!.Value, 0, 60_000);
        Assert.InRange(how.ActiveMilliseconds!.Value, 1, 120_000);
    }

    [Fact]
    public async Task An_untouched_order_is_no_answer()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.ShownAsync(3);
        await desk.PressAsync("ArrowRight", "Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("overall is still to be ranked.");
        Assert.Empty(await desk.AnswersAsync());
    }
}
