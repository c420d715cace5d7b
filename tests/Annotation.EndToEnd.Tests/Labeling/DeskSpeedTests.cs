using System.Diagnostics;
using System.Globalization;
using Annotation.Domain.Questions;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>What a labeler feels: from Enter to the next task, keys per task, and whole series of every kind.</summary>
[Trait("Category", "nightly")]
public sealed class DeskSpeedTests(DeskServer server, ITestOutputHelper output) : IClassFixture<DeskServer>
{
    private const string Watch = """
        () => {
          window.waits = [];
          let pressed = 0;
          addEventListener("keydown", (event) => { if (event.code === "Enter") pressed = performance.now(); }, true);
          new MutationObserver(() => {
            if (pressed === 0 || document.querySelector("article.card[data-rank='1']")) return;
            const from = pressed;
            pressed = 0;
            // The second frame begins after the first one with the new task was painted.
            requestAnimationFrame(() => requestAnimationFrame(() => window.waits.push(performance.now() - from)));
          }).observe(document.querySelector("annotation-labeling"), { childList: true, subtree: true });
        }
        """;

    [Fact]
    public async Task The_next_task_is_painted_within_100_milliseconds_of_Enter_at_50_milliseconds_to_the_server()
    {
        const int Tasks = 20;
        using var network = new CuttableNetwork(server.Address, TimeSpan.FromMilliseconds(50));
        var desk = await server.ArriveAsync(await server.ProjectAsync(Tasks + 1, 4, new RankingQuestion("overall")), network.Address);
        var shown = await desk.ShownAsync(4);
        await desk.Page.EvaluateAsync(Watch);
        var watch = Stopwatch.StartNew();
        for (var task = 0; task < Tasks; task++)
        {
            await desk.PressAsync("2", "1", "4", "3", "Enter");
            await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", $"{shown[0]}");
            shown = await desk.ShownAsync(4);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        await desk.SavedAsync();
        Assert.Equal(Tasks, (await desk.AnswersAsync()).Count);
        var waits = (await desk.Page.EvaluateAsync<double[]>("() => window.waits")).Order().ToArray();
        Assert.Equal(Tasks, waits.Length);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Tasks} rankings of four: {Tasks * 5} keystrokes, {seconds:F1} s; Enter to painted: median {waits[Tasks / 2]:F1} ms, p95 {waits[Tasks * 19 / 20]:F1} ms, worst {waits[^1]:F1} ms"
            )
        );
        Assert.InRange(waits[Tasks / 2], 0, 100);
    }

    [Fact]
    public async Task Twenty_tasks_of_every_kind_are_done_by_keyboard_alone()
    {
        Dictionary<string, (int Completions, Question[] Questions, string Keys)> kinds = new()
        {
            ["ranking"] = (
                4,
                [new RankingQuestion("overall") { Guideline = "Judge *truth* first, then how helpful it is." }],
                "2 1 2 3 Enter"
            ),
            ["criteria"] = (
                3,
                [new RankingQuestion("overall"), new RankingQuestion("truth"), new RankingQuestion("style")],
                "1 2 3 ] 2 1 1 ] 3 2 1 Enter"
            ),
            ["pair"] = (2, [new RankingQuestion("overall")], "2 Enter"),
            ["best"] = (5, [new BestQuestion("overall")], "4 Enter"),
            ["best-worst"] = (8, [new BestWorstQuestion("overall")], "3 Shift+5 Enter"),
            ["strength"] = (2, [new StrengthQuestion("overall")], "6 Enter"),
            ["rating"] = (3, [new RatingQuestion("overall") { MinLabel = "useless", MaxLabel = "perfect" }], "7 4 2 Enter"),
            ["flags"] = (3, [new FlagsQuestion("flags") { Choices = FlagsQuestion.Usual }], "1 ArrowRight 3 6 Enter"),
            ["reason"] = (
                2,
                [
                    new RankingQuestion("overall"),
                    new ReasonQuestion("reason") { Tags = [new("shorter", "Shorter"), new("kinder", "Kinder")] },
                ],
                "1 ] Escape 2 Enter"
            ),
            ["edit"] = (2, [new EditQuestion("edit")], "2 Control+End x Control+Enter"),
            ["demonstration"] = (0, [new DemonstrationQuestion()], "a b c Control+Enter"),
        };
        foreach (var (kind, (completions, questions, keys)) in kinds)
        {
            var desk = await server.SitDownAsync(await server.ProjectAsync(20, completions, questions));
            await Assertions.Expect(desk.Page.Locator(".foot")).ToBeVisibleAsync();
            await PhotographAsync(desk, kind, keys);
            var watch = Stopwatch.StartNew();
            for (var task = 0; task < 20; task++)
            {
                // Nothing to undo: it is the next task.
                await Assertions
                    .Expect(desk.Page.Locator(".foot .button[aria-disabled=true]", new() { HasText = "Undo" }).First)
                    .ToBeVisibleAsync();
                await desk.PressAsync(keys.Split(' '));
            }

            await Assertions.Expect(desk.Page.GetByText("All done for now")).ToBeVisibleAsync();
            var seconds = watch.Elapsed.TotalSeconds;
            await desk.SavedAsync();
            Assert.Equal(20 * questions.Length, (await desk.AnswersAsync()).Count);
            output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{kind}: {keys.Split(' ').Length} keystrokes a task, twenty in {seconds:F1} s")
            );
        }
    }

    /// <summary>Pictures for people to look at, where ANNOTATION_SHOTS names a folder.</summary>
    private static async Task PhotographAsync(Desk desk, string kind, string keys)
    {
        if (Environment.GetEnvironmentVariable("ANNOTATION_SHOTS") is not { } folder)
        {
            return;
        }

        await desk.PressAsync([.. keys.Split(' ').SkipLast(1)]);
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await desk.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var width in new[] { 360, 768, 1280, 2560 })
            {
                await desk.Page.SetViewportSizeAsync(
                    width,
                    width < 700 ? 760
                        : width < 2000 ? 860
                        : 1300
                );
                await desk.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{kind}-{scheme}-{width}.png") });
            }
        }

        await desk.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.NoPreference });
        await desk.PressAsync("Escape", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u");
        if (kind == "demonstration")
        {
            await desk.PressAsync("e");
        }
    }
}
