using Annotation.Domain.Questions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>axe finds nothing serious on the desk, whatever it asks, light and dark.</summary>
[Trait("Category", "nightly")]
public sealed class DeskAccessibilityTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task Nothing_serious_in_any_kind_of_question_light_and_dark()
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
        };
        foreach (var (kind, (completions, question)) in kinds)
        {
            // BypassCSP lets axe put its styles on the page.
            var desk = await server.ArriveAsync(
                await server.ProjectAsync(1, completions, question),
                options: new() { BypassCSP = true, ReducedMotion = ReducedMotion.Reduce }
            );
            await Assertions.Expect(desk.Page.Locator(".foot")).ToBeVisibleAsync();
            await desk.PressAsync("1");
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await desk.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                var found = await desk.Page.RunAxe();
                Assert.True(
                    found.Violations.All(v => v.Impact is not ("serious" or "critical")),
                    $"{kind}, {scheme}: "
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
