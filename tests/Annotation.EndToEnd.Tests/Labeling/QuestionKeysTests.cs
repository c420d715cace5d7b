using Annotation.Domain.Questions;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>Every kind of question, answered by keyboard alone in a real browser, as the database then holds it.</summary>
public sealed class QuestionKeysTests(DeskServer server) : IClassFixture<DeskServer>
{
    [Fact]
    public async Task Digits_rank_and_go_on_by_themselves_and_the_same_digit_is_a_tie()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 4, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(4);

        await desk.PressAsync("2", "1", "2", "4", "Enter");

        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal([2, 1, 2, 3], shown.Select(id => answer.Ranks[id]));
    }

    [Fact]
    public async Task Arrows_move_a_completion_one_key_ties_one_takes_away_and_one_undoes()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(3);

        await desk.PressAsync("1", "2", "3");
        await desk.PressAsync("Alt+ArrowUp");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("ACB");
        await desk.PressAsync("u");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("ABC");
        await desk.PressAsync("=");
        await Assertions.Expect(desk.Page.Locator(".order li").Last).ToHaveTextAsync("BC");
        await desk.PressAsync("0");
        await Assertions.Expect(desk.Page.Locator(".order")).ToHaveTextAsync("AB");
        await desk.PressAsync("ArrowLeft", "1", "Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("overall: rank C as well.");
        await desk.PressAsync("3", "Enter");

        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal([1, 1, 2], shown.Select(id => answer.Ranks[id]));
    }

    [Fact]
    public async Task Of_a_pair_one_digit_says_it_all()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(2, 2, new RankingQuestion("overall")));
        var shown = await desk.ShownAsync(2);
        await desk.PressAsync("2", "Enter");

        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal([2, 1], shown.Select(id => answer.Ranks[id]));
    }

    [Fact]
    public async Task None_acceptable_and_incomparable_are_answers_without_an_order()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 3, new RankingQuestion("overall"), new BestQuestion("style")));
        await desk.ShownAsync(3);

        await desk.PressAsync("n", "]", "i", "Enter");

        var overall = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.True(overall is { NoneAcceptable: true, Incomparable: false, Ranks.Count: 0 });
        var style = await desk.OnlyAnswerAsync<BestAnswer>("style");
        Assert.True(style is { Incomparable: true, NoneAcceptable: false, Best: null });
    }

    [Fact]
    public async Task A_partial_ranking_is_enough_where_the_question_says_so()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 5, new RankingQuestion("overall") { Complete = false }));
        var shown = await desk.ShownAsync(5);

        await desk.PressAsync("1", "Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("overall: rank at least two.");
        await desk.PressAsync("2", "Enter");

        var answer = await desk.OnlyAnswerAsync<RankingAnswer>("overall");
        Assert.Equal(2, answer.Ranks.Count);
        Assert.Equal((1, 2), (answer.Ranks[shown[0]], answer.Ranks[shown[1]]));
    }

    [Fact]
    public async Task Of_many_a_digit_picks_the_best_and_with_shift_the_worst()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 8, new BestWorstQuestion("overall") { MinCompletions = 7 }));
        var shown = await desk.ShownAsync(8);

        await desk.PressAsync("3", "Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("overall: pick the worst as well.");
        await desk.PressAsync("Shift+7", "ArrowRight", "w", "Enter");

        var answer = await desk.OnlyAnswerAsync<BestWorstAnswer>("overall");
        Assert.Equal((shown[2], shown[7]), (answer.Best!.Value, answer.Worst!.Value));
    }

    [Fact]
    public async Task How_much_better_one_of_two_is()
    {
        (string Keys, int Preferred, int Strength)[] ways =
        [
            ("1", 0, 3),
            ("4", -1, 0),
            ("6", 1, 2),
            ("ArrowLeft ArrowLeft", 0, 2),
            ("ArrowRight", 1, 1),
            ("=", -1, 0),
        ];
        var desk = await server.SitDownAsync(await server.ProjectAsync(ways.Length, 2, new StrengthQuestion("overall")));
        var expected = new List<StrengthAnswer>();
        foreach (var (keys, preferred, strength) in ways)
        {
            var shown = await desk.ShownAsync(2);
            expected.Add(new StrengthAnswer(preferred < 0 ? null : shown[preferred], strength));
            await desk.PressAsync([.. keys.Split(' '), "Enter"]);
            await Assertions.Expect(desk.Page.Locator($"[data-completion='{shown[0]}']")).ToHaveCountAsync(0);
        }

        await desk.SavedAsync();
        Assert.Equal(expected, Enumerable.Reverse(await desk.AnswersAsync()).Select(a => (StrengthAnswer)a.Value));
    }

    [Fact]
    public async Task Grades_flags_and_a_reason_are_given_in_one_submit()
    {
        var desk = await server.SitDownAsync(
            await server.ProjectAsync(
                1,
                2,
                new RatingQuestion("quality"),
                new FlagsQuestion("flags") { Choices = FlagsQuestion.Usual },
                new ReasonQuestion("reason") { Tags = [new("shorter", "Shorter"), new("kinder", "Kinder")], MinLength = 5 }
            )
        );
        var shown = await desk.ShownAsync(2);

        await desk.PressAsync("7", "2", "Tab");
        await desk.PressAsync("ArrowRight", "1", "6", "]");
        await desk.Page.Keyboard.TypeAsync("2s u");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("reason has 4 characters; write at least 5.");
        await desk.Page.Keyboard.TypeAsync("1");
        await desk.PressAsync("Escape", "2", "Enter");

        var quality = await desk.OnlyAnswerAsync<RatingAnswer>("quality");
        Assert.Equal([7, 2], shown.Select(id => quality.Ratings[id]));
        var flags = await desk.OnlyAnswerAsync<FlagsAnswer>("flags");
        Assert.Equal(["harmful", "private-data"], Assert.Single(flags.Flags, f => f.Value.Count > 0 && shown.Contains(f.Key)).Value);
        var reason = await desk.OnlyAnswerAsync<ReasonAnswer>("reason");
        Assert.Equal("2s u1", reason.Text);
        Assert.Equal(["kinder"], reason.Tags!);
    }

    [Fact]
    public async Task An_edited_completion_is_a_demonstration_and_better_than_its_original()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 2, new EditQuestion("edit")));
        var shown = await desk.ShownAsync(2);

        await desk.PressAsync("2", "Control+Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("edit: the text is still the same; change it.");
        await desk.PressAsync("Control+End");
        await desk.Page.Keyboard.TypeAsync(" Better.");
        await desk.PressAsync("Control+Enter");

        var answer = await desk.OnlyAnswerAsync<EditAnswer>("edit");
        Assert.Equal(shown[1], answer.Of);
        Assert.EndsWith("of its own. Better.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demonstration_is_typed_and_sent_without_leaving_the_keyboard()
    {
        var desk = await server.SitDownAsync(await server.ProjectAsync(1, 0, new DemonstrationQuestion { MinLength = 10 }));
        await Assertions.Expect(desk.Page.Locator("textarea")).ToBeFocusedAsync();

        await desk.Page.Keyboard.TypeAsync("u s 1 ?");
        await desk.PressAsync("Control+Enter");
        await Assertions.Expect(desk.Status).ToHaveTextAsync("The answer has 7 characters; write at least 10.");
        await desk.Page.Keyboard.TypeAsync(" =0ng");
        await desk.PressAsync("Control+Enter");

        Assert.Equal("u s 1 ? =0ng", (await desk.OnlyAnswerAsync<TextAnswer>("demonstration")).Text);
    }
}
