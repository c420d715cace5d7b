using Annotation.Domain.Dialogues;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>axe finds nothing serious on the desk, whatever it asks, light, dark and in high contrast.</summary>
public sealed class DeskAccessibilityTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task Nothing_serious_in_any_kind_of_question_in_any_theme()
    {
        Dictionary<string, (int Completions, Question Question)> kinds = new()
        {
            ["ranking"] = (4, new RankingQuestion("overall") { Guideline = "Look at *truth* first." }),
            ["best"] = (3, new BestQuestion("overall")),
            ["best-worst"] = (8, new BestWorstQuestion("overall")),
            ["strength"] = (2, new StrengthQuestion("overall")),
            ["rating"] = (2, new RatingQuestion("overall") { MinLabel = "useless", MaxLabel = "perfect" }),
            ["flags"] = (2, new FlagsQuestion("flags") { Choices = FlagsQuestion.Usual }),
            ["reason"] = (2, new ReasonQuestion("reason") { Tags = [new("shorter", "Shorter")] }),
            ["edit"] = (2, new EditQuestion("edit")),
            ["demonstration"] = (0, new DemonstrationQuestion()),
            ["dialogue"] = (0, new DialogueQuestion()),
        };
        foreach (var (kind, (completions, question)) in kinds)
        {
            var project = await server.ProjectAsync(kind == "dialogue" ? 0 : 1, completions, question);
            if (kind == "dialogue")
            {
                await server.Postgres.PromptAsync(project, "What is it?", TestContext.Current.CancellationToken);
                await server.Postgres.Get<CreateDialogueTasks>().RunAsync(project, 1, false, null, TestContext.Current.CancellationToken);
            }

            // BypassCSP lets axe put its styles on the page.
            var desk = await server.ArriveAsync(project, options: new() { BypassCSP = true, ReducedMotion = ReducedMotion.Reduce });
            await Assertions.Expect(desk.Page.Locator(".foot")).ToBeVisibleAsync();
            await desk.PressAsync("1");
            foreach (var theme in new[] { "light", "dark", "contrast" })
            {
                await desk.Page.EvaluateAsync("theme => { document.documentElement.dataset.theme = theme; }", theme);
                var found = await desk.Page.RunAxe();
                Assert.True(
                    found.Violations.All(v => v.Impact is not ("serious" or "critical")),
                    $"{kind}, {theme}: "
                        + string.Join(
                            "; ",
                            found
                                .Violations.Where(v => v.Impact is "serious" or "critical")
                                .Select(v => $"{v.Id} {v.Help} at {v.Nodes[0].Html}")
                        )
                );
            }

            await desk.Page.Context.CloseAsync();
        }
    }
}
