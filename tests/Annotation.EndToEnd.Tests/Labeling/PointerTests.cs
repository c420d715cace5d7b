using Annotation.Domain.Questions;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>The completion's own text is what is dragged, by mouse and by finger, and screen readers hear the order.</summary>
public sealed class PointerTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task By_mouse_a_card_is_dropped_before_and_level_with_another_one()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.Page.SetViewportSizeAsync(1500, 900);
        var shown = await desk.ShownAsync(3);

        await DragAsync(desk, from: 2, to: 0, share: 0.1f);
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("CA");
        await Assertions.Expect(desk.Page.Locator("[aria-live=polite]")).ToHaveTextAsync("overall: 1: C; 2: A.");
        // The cards now stand in the order of their ranks: C, A, B.
        await Assertions.Expect(desk.Cards.First).ToHaveAttributeAsync("data-completion", $"{shown[2]}");
        await DragAsync(desk, from: 2, to: 1, share: 0.5f);
        await desk.PressAsync("Enter");

        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal([2, 2, 1], shown.Select(id => answer.Ranks[id]));
    }

    [Fact]
    public async Task By_mouse_text_is_selected_within_its_card_and_dragged_once_the_pointer_is_on_another()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.Page.SetViewportSizeAsync(1500, 900);
        await desk.ShownAsync(3);
        var text = (await desk.Cards.Nth(0).Locator(".prose").BoundingBoxAsync())!;
        var other = (await desk.Cards.Nth(1).BoundingBoxAsync())!;

        await desk.Page.Mouse.MoveAsync(text.X + 2, text.Y + 12);
        await desk.Page.Mouse.DownAsync();
        await desk.Page.Mouse.MoveAsync(text.X + 150, text.Y + 12, new() { Steps = 6 });
        Assert.NotEmpty(await desk.Page.EvaluateAsync<string>("() => getSelection().toString()"));
        await Assertions.Expect(desk.Page.Locator(".card.dragged")).ToHaveCountAsync(0);
        await desk.Page.Mouse.UpAsync();
        Assert.NotEmpty(await desk.Page.EvaluateAsync<string>("() => getSelection().toString()"));
        await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(0);

        // From the selected text itself, to another card.
        await desk.Page.Mouse.MoveAsync(text.X + 30, text.Y + 12);
        await desk.Page.Mouse.DownAsync();
        await desk.Page.Mouse.MoveAsync(other.X + (other.Width * 0.9f), other.Y + (other.Height / 2), new() { Steps = 8 });
        await Assertions.Expect(desk.Page.Locator(".card.dragged")).ToHaveCountAsync(1);
        Assert.Empty(await desk.Page.EvaluateAsync<string>("() => getSelection().toString()"));
        await desk.Page.Mouse.UpAsync();
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
    }

    [Fact]
    public async Task By_finger_a_card_is_dragged_after_a_short_hold_and_a_swipe_only_scrolls()
    {
        var project = await server.ProjectAsync(1, 2, new RankingQuestion("overall"));
        var desk = await server.ArriveAsync(
            project,
            options: new()
            {
                HasTouch = true,
                ViewportSize = new() { Width = 420, Height = 900 },
            }
        );
        await desk.ShownAsync(2);
        var touch = await desk.Page.Context.NewCDPSessionAsync(desk.Page);
        var from = await CenterAsync(desk.Cards.Nth(1).Locator(".prose"));
        var to = (await desk.Cards.First.BoundingBoxAsync())!;

        await TouchAsync(touch, "touchStart", from.X, from.Y);
        await TouchAsync(touch, "touchMove", from.X, from.Y - 60);
        await TouchAsync(touch, "touchEnd");
        await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(0);

        from = await CenterAsync(desk.Cards.Nth(1).Locator(".prose"));
        to = (await desk.Cards.First.BoundingBoxAsync())!;
        await TouchAsync(touch, "touchStart", from.X, from.Y);
        await Assertions.Expect(desk.Page.Locator(".card.dragged")).ToHaveCountAsync(1);
        await TouchAsync(touch, "touchMove", from.X, from.Y - 20);
        await TouchAsync(touch, "touchMove", from.X, to.Y + 6);
        await TouchAsync(touch, "touchEnd");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
    }

    [Fact]
    public async Task By_clicks_alone_a_task_is_done_and_said_to_be_done_by_mouse()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Rank B 1" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Submit" }).ClickAsync();
        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal([2, 1], shown.Select(id => answer.Ranks[id]));
    }

    /// <summary>Drags one card onto a share of another's width.</summary>
    private static async Task DragAsync(Desk desk, int from, int to, float share)
    {
        var start = await CenterAsync(desk.Cards.Nth(from).Locator(".prose"));
        var end = (await desk.Cards.Nth(to).BoundingBoxAsync())!;
        await desk.Page.Mouse.MoveAsync(start.X, start.Y);
        await desk.Page.Mouse.DownAsync();
        await desk.Page.Mouse.MoveAsync(end.X + (end.Width * share), end.Y + (end.Height / 2), new() { Steps = 6 });
        await desk.Page.Mouse.UpAsync();
    }

    private static async Task<(float X, float Y)> CenterAsync(ILocator element)
    {
        var box = (await element.BoundingBoxAsync())!;
        return (box.X + (box.Width / 2), box.Y + Math.Min(box.Height / 2, 20));
    }

    private static Task TouchAsync(ICDPSession session, string type, float x = 0, float y = 0) =>
        session.SendAsync(
            "Input.dispatchTouchEvent",
            new() { ["type"] = type, ["touchPoints"] = type == "touchEnd" ? Array.Empty<object>() : new object[] { new { x, y } } }
        );
}
