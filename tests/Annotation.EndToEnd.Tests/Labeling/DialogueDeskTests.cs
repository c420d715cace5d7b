using Annotation.Domain.Data;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Annotation.Jobs.Training;
using Annotation.Learning.Sft;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>Dialogues written at the desk, by one person or by two, and what training makes of them.</summary>
public sealed class DialogueDeskTests(DeskServer server) : IClassFixture<DeskServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_turns_typed_in_the_browser_are_learned_at_the_assistants_turns_only()
    {
        var project = await ProjectAsync(twoSided: false);
        var desk = await server.SitDownAsync(project);
        await Assertions.Expect(desk.Page.Locator("textarea")).ToBeFocusedAsync();
        await desk.Page.Keyboard.TypeAsync("It is a fox.");
        await desk.PressAsync("Alt+Enter");
        await desk.Page.Keyboard.TypeAsync("Which colour?");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Status).ToContainTextAsync("The dialogue ends with the user's turn");
        await desk.PressAsync("Alt+Enter");
        await desk.Page.Keyboard.TypeAsync("Red.");
        await desk.PressAsync("Control+Enter");
        var answer = await desk.OnlyAnswerAsync<DialogueAnswer>("dialogue");
        Assert.Equal(["assistant", "user", "assistant"], answer.Turns.Select(t => t.Role));
        Assert.All(answer.Turns, t => Assert.Equal((desk.Person, TurnOrigin.Typed), (t.PersonId!.Value, t.Origin)));

        var tokenizer = new ByteTokenizer();
        var template = ChatTemplate.For(tokenizer);
        var rows = await new DemonstrationRows(server.Postgres.Get<IDbContextFactory<AnnotationDbContext>>()).LoadAsync(
            new Run
            {
                ProjectId = project,
                Number = 1,
                Kind = RunKind.Sft,
                Settings = "{}",
                Seed = 1,
                Device = "cpu",
                CreatedAt = DateTimeOffset.UtcNow.AddMinutes(1),
            },
            Cancel
        );
        var learned = rows.Select(row =>
            {
                var prompt = template.EncodePrompt(row.Example.Prompt);
                var whole = SftRow.Completion(prompt, template.EncodeCompletion(row.Example.Completion), tokenizer.EosId);
                var targets = whole.Labels.Where(label => label != SftRow.IgnoredLabel).ToArray();
                return $"{tokenizer.Decode([.. whole.Ids])} > {tokenizer.Decode(targets)}";
            })
            .Order();
        Assert.Equal(
            ["What is it?It is a fox. > It is a fox.", "What is it?It is a fox.Which colour?Red. > Red."],
            learned.Select(text => text.Replace("\n", "", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_turn_starts_from_what_the_model_suggests()
    {
        var project = await ProjectAsync(twoSided: false);
        var desk = await server.SitDownAsync(project);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Let the model start it" }).ClickAsync();
        await Assertions.Expect(desk.Page.GetByText("The model is writing")).ToBeVisibleAsync();
        await using (var db = server.Postgres.CreateContext())
        {
            // What a worker does, as soon as the request has arrived.
            var asked = db.Runs.Where(r =>
                db.Suggestions.Any(s =>
                    s.RunId == r.Id
                    && db.Assignments.Any(a =>
                        a.Id == s.AssignmentId && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == project)
                    )
                )
            );
            while (!await asked.AnyAsync(Cancel))
            {
                await Task.Delay(50, Cancel);
            }

            await asked.ExecuteUpdateAsync(
                r => r.SetProperty(x => x.State, RunState.Completed).SetProperty(x => x.Result, """{"completions":[{"text":"A start"}]}"""),
                Cancel
            );
        }

        var text = desk.Page.Locator("textarea");
        await Assertions.Expect(text).ToHaveValueAsync("A start");
        await desk.PressAsync("Control+End");
        await desk.Page.Keyboard.TypeAsync(", and an end.");
        await desk.PressAsync("Control+Enter");

        var turn = Assert.Single((await desk.OnlyAnswerAsync<DialogueAnswer>("dialogue")).Turns);
        Assert.Equal(("A start, and an end.", TurnOrigin.Edited), (turn.Text, turn.Origin));
    }

    [Fact]
    public async Task Two_people_take_a_side_each()
    {
        var project = await ProjectAsync(twoSided: true);
        var assistant = await server.ArriveAsync(project);
        await Assertions.Expect(assistant.Page.Locator("textarea")).ToBeFocusedAsync();
        var user = await server.ArriveAsync(project);
        await Assertions.Expect(Said(user)).ToContainTextAsync("The other side is writing");

        await assistant.Page.Keyboard.TypeAsync("A fox.");
        await assistant.PressAsync("Alt+Enter");
        await Assertions.Expect(user.Page.Locator("textarea")).ToBeFocusedAsync();
        await user.Page.Keyboard.TypeAsync("Red?");
        await user.PressAsync("Alt+Enter");
        await Assertions.Expect(assistant.Page.Locator("textarea")).ToBeFocusedAsync();
        await assistant.Page.Keyboard.TypeAsync("Yes.");
        await assistant.PressAsync("Alt+Enter");
        // Only what has been sent can be said to be the end.
        await Assertions.Expect(assistant.Page.Locator(".turns li")).ToHaveCountAsync(3);
        await assistant.PressAsync("Control+Enter");
        await assistant.SavedAsync();
        await Assertions.Expect(Said(user)).ToContainTextAsync("the dialogue is over");
        await user.PressAsync("Control+Enter");

        var said = (await user.OnlyAnswerAsync<DialogueAnswer>("dialogue")).Turns;
        Assert.Equal(
            [("A fox.", assistant.Person), ("Red?", user.Person), ("Yes.", assistant.Person)],
            said.Select(t => (t.Text, t.PersonId!.Value))
        );
    }

    private static ILocator Said(Desk desk) => desk.Page.Locator(".question > p[role=status]");

    private async Task<Guid> ProjectAsync(bool twoSided)
    {
        var project = await server.ProjectAsync(0, 0);
        await server.Postgres.PromptAsync(project, "What is it?", Cancel);
        Assert.Equal(1, (await server.Postgres.Get<CreateDialogueTasks>().RunAsync(project, 1, twoSided, null, Cancel)).Value);
        return project;
    }
}
