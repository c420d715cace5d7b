using Annotation.Domain.Questions;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>Keys go by their place, whatever is printed on them; each can be changed; none fires while somebody writes.</summary>
public sealed class KeyboardLayoutTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task Digits_are_where_they_are_on_every_layout()
    {
        // French: the top row types & and é, and digits need Shift; German and others; the number pad.
        (string, string, string, string)[] layouts =
        [
            ("Digit2", "é", "Digit1", "&"),
            ("Digit2", "2", "Digit1", "!"),
            ("Numpad2", "2", "Numpad1", "1"),
        ];
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.ShownAsync(3);
        foreach (var (firstCode, firstKey, secondCode, secondKey) in layouts)
        {
            await TypeAsync(desk, firstCode, firstKey);
            await TypeAsync(desk, secondCode, secondKey);
            await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("BA");
            await desk.PressAsync("u", "u", "ArrowLeft", "ArrowLeft");
            await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task The_tie_key_is_beside_the_zero_also_where_it_types_an_accent()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.ShownAsync(3);
        await desk.PressAsync("1", "2");
        await desk.PressAsync("ArrowLeft");
        await TypeAsync(desk, "Equal", "Dead");
        await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Inside_an_input_method_and_in_a_text_field_no_key_means_anything_else()
    {
        var desk = await server.SitDownAsync(
            await server.ProjectAsync(1, 2, new RankingQuestion("overall"), new ReasonQuestion("reason") { Required = false })
        );
        await desk.ShownAsync(2);
        // A Japanese input method that is open sends code 229 for every key.
        await TypeAsync(desk, "Digit1", "Process", virtualKey: 229);
        await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(0);

        await desk.PressAsync("]");
        var text = desk.Page.Locator("textarea");
        await Assertions.Expect(text).ToBeFocusedAsync();
        var session = await desk.Page.Context.NewCDPSessionAsync(desk.Page);
        await session.SendAsync(
            "Input.imeSetComposition",
            new()
            {
                ["text"] = "にほん",
                ["selectionStart"] = 3,
                ["selectionEnd"] = 3,
            }
        );
        await TypeAsync(desk, "Enter", "Process", virtualKey: 229);
        await session.SendAsync("Input.insertText", new() { ["text"] = "日本" });
        await desk.Page.Keyboard.TypeAsync("sun1=?g");
        await Assertions.Expect(text).ToHaveValueAsync("日本sun1=?g");
        await Assertions.Expect(desk.Page.Locator("dialog")).ToHaveCountAsync(0);
        Assert.Empty(await desk.AnswersAsync());
    }

    [Fact]
    public async Task A_key_can_be_changed_and_stays_changed()
    {
        var desk = await server.ArriveAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        await desk.ShownAsync(3);
        await desk.PressAsync("?");
        var dialog = desk.Page.Locator("dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change the key for: tie with the one above" }).ClickAsync();
        await desk.PressAsync("s");
        await Assertions
            .Expect(dialog.GetByRole(AriaRole.Status))
            .ToHaveTextAsync("S is the key for “skip, with a reason”; change that one first.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change the key for: tie with the one above" }).ClickAsync();
        await desk.PressAsync("j");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Status)).ToHaveTextAsync("Kept.");
        await desk.PressAsync("Escape");

        await desk.Page.EvaluateAsync("() => localStorage.clear()");
        await desk.Page.ReloadAsync();
        await desk.ShownAsync(3);
        await desk.PressAsync("1", "2", "ArrowLeft", "=");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("AB");
        await desk.PressAsync("j");
        await Assertions.Expect(desk.Page.Locator(".order li")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Skipping_asks_for_a_reason_and_goes_on()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(2, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await desk.PressAsync("s");
        await Assertions.Expect(desk.Page.Locator("dialog")).ToBeVisibleAsync();
        await desk.PressAsync("ArrowDown", "Enter");
        await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", $"{shown[0]}");
        await desk.SavedAsync();
    }

    private static async Task TypeAsync(Desk desk, string code, string key, int virtualKey = 0)
    {
        var session = await desk.Page.Context.NewCDPSessionAsync(desk.Page);
        foreach (var type in new[] { "rawKeyDown", "keyUp" })
        {
            await session.SendAsync(
                "Input.dispatchKeyEvent",
                new()
                {
                    ["type"] = type,
                    ["code"] = code,
                    ["key"] = key,
                    ["windowsVirtualKeyCode"] = virtualKey,
                }
            );
        }
    }
}
