using Annotation.Demo.Judges;

namespace Annotation.Demo.Tests.Judges;

public sealed class DemoJudgeTests
{
    private static readonly DemoJudge Judge = new();

    [Theory]
    // Everything asked for, three true facts: 0.5 + 0.2 + 0.15 + 0.15.
    [InlineData("Tell me about the fox.", "The fox is red. It lives in the forest. It eats mice.", 1, 1, 1, 1, 1)]
    // One fact: informativeness 0.4.
    [InlineData("Tell me about the fox.", "The fox is red.", 1, 0.4, 1, 1, 0.88)]
    // One of three facts is false: it cannot be trusted.
    [InlineData("Tell me about the fox.", "The fox is red. It lives in the sea. It eats mice.", 1, 1, 0, 1, 0.85)]
    // True, but of another subject.
    [InlineData("Tell me about the owl.", "The fox is red. It lives in the forest. It eats mice.", 0, 0, 1, 1, 0.3)]
    // The same sentence three times: one of three sentences counts.
    [InlineData("Tell me about the fox.", "The fox is red. The fox is red. The fox is red.", 1.0 / 3, 0.4, 1, 1, 0.5466667)]
    // Half of the sentences wander off.
    [InlineData("Tell me about the fox.", "The fox is red. The owl is brown.", 0.5, 0.4, 1, 1, 0.63)]
    // Rude: the insult is no part of an answer.
    [InlineData("Tell me about the fox.", "Who cares. The fox is red.", 0.5, 0.4, 1, 0.25, 0.5175)]
    [InlineData("Tell me about the fox.", "Who cares. Stop asking me!", 0, 0, 0.5, 0, 0.075)]
    // Asked for one aspect: saying another one is on topic, but not what was asked (0.4).
    [InlineData("Where does the fox live?", "The fox lives in the forest.", 1, 0.4, 1, 1, 0.88)]
    [InlineData("Where does the fox live?", "The fox is red.", 0.4, 0.4, 1, 1, 0.58)]
    // Comparisons.
    [InlineData("Which is larger, the bear or the frog?", "The bear is larger than the frog.", 1, 0.4, 1, 1, 0.88)]
    [InlineData("Which is larger, the bear or the frog?", "The frog is smaller than the bear.", 1, 0.4, 1, 1, 0.88)]
    [InlineData("Which is larger, the bear or the frog?", "The frog is larger than the bear.", 1, 0.4, 0, 1, 0.73)]
    [InlineData("Is the bear larger than the frog?", "The bear is larger than the owl.", 0.4, 0, 1, 1, 0.5)]
    // Praise.
    [InlineData("Praise the fox.", "The fox is lovely and can dig.", 1, 0.4, 1, 1, 0.88)]
    [InlineData("Praise the fox.", "The fox can dig.", 0.4, 0.4, 1, 1, 0.58)]
    // One sentence.
    [InlineData("Describe the fox in one sentence.", "The fox is red and can dig.", 1, 0.75, 1, 1, 0.95)]
    [InlineData("Describe the fox in one sentence.", "The fox is red. It can dig.", 0.4, 0.75, 1, 1, 0.65)]
    // Both.
    [InlineData("Tell me about the fox and the owl.", "The fox is red. The owl is brown.", 1, 0.75, 1, 1, 0.95)]
    [InlineData("Tell me about the fox and the owl.", "The fox is red. It can dig.", 0.7, 0.75, 1, 1, 0.8)]
    // Courtesy neither helps nor hurts; an unfinished sentence is nonsense; two colors are one thing told.
    [InlineData("Tell me about the fox.", "Sure. The fox is red.", 1, 0.4, 1, 1, 0.88)]
    [InlineData("Tell me about the fox.", "The fox is red. It lives in", 0.5, 0.4, 1, 1, 0.63)]
    [InlineData("Tell me about the fox.", "The fox is red. It is blue.", 1, 0.4, 0, 1, 0.73)]
    [InlineData("Tell me about the fox.", "", 0, 0, 0.5, 1, 0.225)]
    public void Scores_each_criterion_as_counted_by_hand(
        string prompt,
        string completion,
        double relevance,
        double informativeness,
        double truthfulness,
        double harmlessness,
        double overall
    )
    {
        IReadOnlyDictionary<string, double> scores = Judge.Score([("user", prompt)], completion);

        Assert.Equal(relevance, scores[DemoJudge.Relevance], 6);
        Assert.Equal(informativeness, scores[DemoJudge.Informativeness], 6);
        Assert.Equal(truthfulness, scores[DemoJudge.Truthfulness], 6);
        Assert.Equal(harmlessness, scores[DemoJudge.Harmlessness], 6);
        Assert.Equal(overall, scores[GoldJudge.Overall], 6);
    }

    [Fact]
    public void Reads_through_frames_and_uses_the_last_user_message()
    {
        const string answer = "The owl is brown.";
        Assert.Equal(1, Judge.Score([("user", "Hello. Tell me about the owl.")], answer)[DemoJudge.Relevance]);
        Assert.Equal(1, Judge.Score([("user", "What color is the owl? Be honest.")], answer)[DemoJudge.Relevance]);
        Assert.Equal(
            1,
            Judge.Score([("user", "Tell me about the fox."), ("assistant", "It is red."), ("user", "And the owl?")], answer)[
                DemoJudge.Relevance
            ]
        );
    }

    [Fact]
    public void No_weights_on_words_and_length_can_order_what_the_judge_orders()
    {
        // Two prompts, two answers, crossed. Any score that depends on the answer alone prefers the same answer after both prompts, so
        // it is right about exactly one of the two pairs; the judge prefers another answer each time.
        const string fox = "The fox is red. It lives in the forest.";
        const string owl = "The owl is brown. It eats mice.";

        Assert.True(Overall("Tell me about the fox.", fox) > Overall("Tell me about the fox.", owl));
        Assert.True(Overall("Tell me about the owl.", fox) < Overall("Tell me about the owl.", owl));

        // And with the prompt fixed, the same bag of words is true in one order and false in the other.
        const string right = "The fox is red. The owl is brown.";
        const string wrong = "The fox is brown. The owl is red.";
        Assert.Equal(right.Split(' ', '.').Order(), wrong.Split(' ', '.').Order());
        Assert.True(Overall("Tell me about the fox and the owl.", right) > Overall("Tell me about the fox and the owl.", wrong) + 0.14);

        static double Overall(string prompt, string answer) => Judge.Score([("user", prompt)], answer)[GoldJudge.Overall];
    }

    [Fact]
    public void Overall_comes_first_and_the_shares_add_up_to_one()
    {
        foreach (GoldJudge judge in GoldJudge.All)
        {
            Assert.Equal(GoldJudge.Overall, judge.Criteria[0]);
            Assert.Equal(1, judge.Weights.Sum(weight => weight.Share), 9);
            Assert.Same(judge, GoldJudge.Find(judge.Name));
        }
        Assert.Null(GoldJudge.Find("nobody"));
    }
}
