using System.Text.Json;
using Annotation.EndToEnd.Tests.Labeling;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Reading;

/// <summary>How conversations and completions are read at the desk, in a real browser under the page's own security policy.</summary>
public sealed class ReadingTests(DeskServer server, ITestOutputHelper output) : IClassFixture<DeskServer>
{
    private const string Code = """
        Here is $E = mc^2$ and \(\frac{a}{b}\):

        \[
        \sum_{i=1}^{n} i
        = \frac{n(n+1)}{2}
        \]

        ```python
        def double(x):  # twice
            return 2 * x
        ```

        | a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p |
        |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
        | aaaaaaaa | bbbbbbbbb | cccccccc | dddddddd | eeeeeeee | ffffffff | gggggggg | hhhhhhhh | iiiiiiii | jjjjjjjj | kkkkkkkk | llllllll | mmmmmm | nnnnnn | oooooo | pppppp |
        """;

    [Fact]
    public async Task Long_completions_fold_scroll_together_and_stand_as_the_labeler_wants()
    {
        var desk = await server.SitDownAsync(await server.TasksAsync(["Tell me."], [Texts.Long(60), Texts.Long(150), "Short."]));
        await desk.ShownAsync(3);
        var bodies = desk.Page.Locator(".card .body");
        var folded = desk.Page.Locator(".foldable.folded");
        await Assertions.Expect(folded).ToHaveCountAsync(2);
        // The focused card folds and unfolds by key; the short one has nothing to fold.
        var first = await desk.Page.Locator(".card:has(.folded)").First.GetAttributeAsync("aria-label");
        await desk.Page.Locator(".card:has(.folded)").First.FocusAsync();
        await desk.PressAsync("f");
        await Assertions.Expect(folded).ToHaveCountAsync(1);
        await desk.PressAsync("f");
        await Assertions.Expect(folded).ToHaveCountAsync(2);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).First.ClickAsync();
        await Assertions.Expect(folded).ToHaveCountAsync(1);
        Assert.NotNull(first);

        // Scrolled as one, all stand at the same share of their length.
        await desk.PressAsync("l");
        await Assertions.Expect(folded).ToHaveCountAsync(0);
        await bodies.EvaluateAllAsync<object?>(
            "all => { const b = all.reduce((x, y) => y.scrollHeight > x.scrollHeight ? y : x); b.scrollTop = (b.scrollHeight - b.clientHeight) / 2; }"
        );
        await desk.Page.WaitForFunctionAsync(
            """
            () => {
              const shares = [...document.querySelectorAll(".card .body")].filter((b) => b.scrollHeight > b.clientHeight + 1).map((b) => b.scrollTop / (b.scrollHeight - b.clientHeight));
              return shares.length === 2 && shares.every((share) => Math.abs(share - 0.5) < 0.01);
            }
            """
        );
        await desk.Page.Locator(".card").First.FocusAsync();
        await desk.PressAsync("End");
        await desk.Page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('.card .body')].every((b) => b.scrollTop >= b.scrollHeight - b.clientHeight - 1)"
        );
        await desk.PressAsync("l");

        // Side by side at any width, then stacked, then by width again; a reload keeps the choice.
        Assert.Equal(3, await RowsAndColumnsAsync(desk, "v"));
        Assert.Equal(1, await RowsAndColumnsAsync(desk, "v"));
        await desk.Page.ReloadAsync();
        await desk.ShownAsync(3);
        await Assertions.Expect(desk.Page.GetByRole(AriaRole.Button, new() { Name = "Layout: stacked" })).ToBeVisibleAsync();
        await desk.PressAsync("v");
    }

    [Fact]
    public async Task Two_completions_are_compared_word_by_word()
    {
        var desk = await server.SitDownAsync(
            await server.TasksAsync(
                ["Which?"],
                ["The *quick* brown fox jumps over the lazy dog.", "The slow brown fox leaps over the lazy dog today."]
            )
        );
        await desk.ShownAsync(2);

        await desk.PressAsync("d");

        var dialog = desk.Page.GetByRole(AriaRole.Dialog);
        var marked = await dialog.Locator("del, ins").AllTextContentsAsync();
        Assert.Equal(["jumps", "leaps", "quick", "slow", "today"], marked.Order());
        await desk.PressAsync("n");
        await Assertions.Expect(dialog.GetByText("Difference 1 of 5")).ToBeVisibleAsync();
        await desk.PressAsync("Escape");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(desk.Cards.First).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("same words", "same   words", "")]
    [InlineData("a b c", "a x c", "1-2:1-2")]
    [InlineData("a b c", "a c", "1-2:1-1")]
    [InlineData("a c", "a b c", "1-1:1-2")]
    [InlineData("", "new", "0-0:0-1")]
    [InlineData("It's fine.", "Its fine!", "0-1:0-1 2-3:2-3")]
    [InlineData("我喜欢茶", "我喜欢水", "3-4:3-4")]
    // Two words that stayed between longer changes are part of one change; between short ones they stay.
    [InlineData("k l m and o p q", "r s t and u v w", "0-7:0-7")]
    [InlineData("k l m and then p q", "x l m and then y q", "0-1:0-1 5-6:5-6")]
    public async Task Differences_are_those_that_a_reader_would_mark(string first, string second, string expected)
    {
        var desk = await server.SitDownAsync(await server.TasksAsync(["Which?"], ["one", "two"]));
        var found = await desk.Page.EvaluateAsync<JsonElement>(
            """
            async ([first, second]) => {
              const { changes, words } = await import("/labeling/reading/difference.js");
              return changes(words(first).map((w) => w.text), words(second).map((w) => w.text));
            }
            """,
            new[] { first, second }
        );
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                found
                    .EnumerateArray()
                    .Select(c => $"{c.GetProperty("a")}-{c.GetProperty("aEnd")}:{c.GetProperty("b")}-{c.GetProperty("bEnd")}")
            )
        );
    }

    [Fact]
    public async Task Code_is_coloured_formulas_are_set_and_wide_tables_scroll_inside()
    {
        var desk = await server.ArriveAsync(await server.TasksAsync(["Show me."], [Code, "No."]));
        var complaints = new List<string>();
        desk.Page.Console += (_, message) => complaints.Add(message.Type == "error" ? message.Text : "");
        await desk.Page.ReloadAsync();
        await desk.ShownAsync(2);
        var body = desk.Page.Locator(".card .body:has(table)");

        await Assertions.Expect(body.Locator(".token.keyword").First).ToHaveTextAsync("def");
        await Assertions.Expect(body.Locator("math")).ToHaveCountAsync(3);
        await Assertions.Expect(body.Locator("math mfrac").First).ToBeVisibleAsync();
        Assert.True(await body.Locator("table").EvaluateAsync<bool>("t => t.scrollWidth > t.clientWidth && t.tabIndex === 0"));
        Assert.True(await desk.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        Assert.DoesNotContain(complaints, text => text.Length > 0);
    }

    [Fact]
    public async Task Each_paragraph_reads_in_its_own_direction()
    {
        const string Mixed = "שלום עולם, זה טוב.\n\nThis is English.\n\n- סעיף אחד\n\n`code --flag`";
        var desk = await server.SitDownAsync(await server.TasksAsync(["מה שלומך?"], [Mixed, "Fine."], p => p.Language = "he"));
        await desk.ShownAsync(2);
        var body = desk.Page.Locator(".card .body:has(li)");

        Assert.Equal("rtl", await DirectionAsync(desk.Page.Locator(".prompt .prose p")));
        Assert.Equal("rtl", await DirectionAsync(body.Locator("p").First));
        Assert.Equal("ltr", await DirectionAsync(body.Locator("p").Nth(1)));
        Assert.Equal("rtl", await DirectionAsync(body.Locator("ul")));
        Assert.Equal("ltr", await DirectionAsync(body.Locator("code")));
        Assert.Equal("he", await desk.Page.Locator(".desk").GetAttributeAsync("lang"));
    }

    [Fact]
    public async Task Thirty_thousand_characters_are_read_without_waiting()
    {
        string[] texts = [Book(1), Book(2), Book(3), Book(4)];
        Assert.All(texts, text => Assert.InRange(text.Length, 29_000, 31_000));
        var desk = await server.SitDownAsync(await server.TasksAsync(["One?", "Two?"], texts));
        var shown = await desk.ShownAsync(4);
        await desk.PressAsync("1", "2", "3", "4");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("Ready to submit");

        // From the key to the frame after the next task's four times 30,000 characters are painted.
        var milliseconds = await desk.Page.EvaluateAsync<double>(
            """
            () => new Promise((done) => {
              const start = performance.now();
              new MutationObserver((_, observer) => {
                observer.disconnect();
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
              }).observe(document.querySelector(".desk-place"), { childList: true });
              document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
            })
            """
        );
        var next = await desk.ShownAsync(4);
        await desk.PressAsync("d");
        await Assertions.Expect(desk.Page.Locator(".compare-pane")).ToHaveCountAsync(2);
        output.WriteLine($"Next task with 4 x 30,000 characters painted after {milliseconds:0} ms.");

        Assert.Empty(shown.Intersect(next));
        // Generous: other work on the machine must not fail the test.
        Assert.InRange(milliseconds, 0, 3_000);
    }

    private static string Book(int seed)
    {
        var random = new Random(seed);
        string[] vocabulary =
        [
            "river",
            "stone",
            "quiet",
            "under",
            "morning",
            "letter",
            "**bold**",
            "garden",
            "`code`",
            "window",
            "and",
            "the",
            "of",
        ];
        var paragraphs = new List<string>();
        for (var length = 0; length < 29_500; length += paragraphs[^1].Length + 2)
        {
            var words = string.Join(' ', Enumerable.Range(0, 60).Select(_ => vocabulary[random.Next(vocabulary.Length)]));
            paragraphs.Add(random.Next(6) == 0 ? $"- {words}" : words);
        }

        return string.Join("\n\n", paragraphs);
    }

    private static Task<string> DirectionAsync(ILocator element) => element.EvaluateAsync<string>("e => getComputedStyle(e).direction");

    // How many cards stand beside each other after a key.
    private static async Task<int> RowsAndColumnsAsync(Desk desk, string key)
    {
        await desk.PressAsync(key);
        var tops = await desk.Cards.EvaluateAllAsync<double[]>("cards => cards.map((c) => Math.round(c.getBoundingClientRect().top))");
        return tops.GroupBy(top => top).Max(row => row.Count());
    }
}
