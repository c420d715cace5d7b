using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;

namespace Annotation.Demo.Tests.Judges;

public sealed class StoriesJudgeTests
{
    private const string Beginning = "Once upon a time, there was a brave girl named Lily. She found a red ball in the park.";

    private static readonly StoriesJudge Judge = new();

    [Theory]
    [InlineData("Lily was happy with the ball in the park.", StoriesJudge.Continuity, 1)]
    [InlineData("Tom was happy with the ball in the park.", StoriesJudge.Continuity, 0)]
    // Topics are brave, girl, found, ball, park; three are enough.
    [InlineData("Lily took the ball and left the park, brave as she was.", StoriesJudge.Focus, 1)]
    [InlineData("Lily took the ball.", StoriesJudge.Focus, 1.0 / 3)]
    [InlineData("Lily smiled and laughed. She hugged a friend.", StoriesJudge.Warmth, 1)]
    [InlineData("Lily went home.", StoriesJudge.Ending, 1)]
    [InlineData("Lily said, \"Come home!\"", StoriesJudge.Ending, 1)]
    [InlineData("Lily went home and", StoriesJudge.Ending, 0)]
    // Twelve words, ten triples: "a b c" and its turns return, three different ones.
    [InlineData("a b c a b c a b c a b c.", StoriesJudge.Variety, 0.3)]
    [InlineData("one two three four five six seven eight nine ten eleven twelve.", StoriesJudge.Variety, 1)]
    [InlineData("one two three four five six.", StoriesJudge.Variety, 0.5)]
    public void Scores_a_criterion_as_counted_by_hand(string completion, string criterion, double expected) =>
        Assert.Equal(expected, Judge.Score([("user", Beginning)], completion)[criterion], 6);

    [Fact]
    public void The_same_text_scores_differently_after_another_beginning()
    {
        const string text = "Lily was happy. She played with the ball in the park.";
        string other = Beginning.Replace("Lily", "Mia", StringComparison.Ordinal);
        Assert.True(Overall(Beginning, text) >= Overall(other, text) + 0.29);
    }

    [Fact]
    public void Saying_it_twice_is_not_better()
    {
        const string text = "Lily was happy. She smiled and played with a friend and the red ball in the park.";
        Assert.True(Overall(Beginning, text) > Overall(Beginning, text + " " + text));
    }

    [Fact]
    public void Beginnings_of_different_uses_do_not_overlap()
    {
        IReadOnlyList<string> ranked = StoryPrompts.Draw(PromptUse.Rankings, 500, 1);
        IReadOnlyList<string> held = StoryPrompts.Draw(PromptUse.Evaluation, 500, 1);
        Assert.Empty(ranked.Intersect(held));
        Assert.Equal(500, ranked.Distinct().Count());
        Assert.Equal(ranked, StoryPrompts.Draw(PromptUse.Rankings, 500, 1));
    }

    private static double Overall(string beginning, string text) => Judge.Score([("user", beginning)], text)[GoldJudge.Overall];
}
