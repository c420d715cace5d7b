using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.Writing;

namespace Annotation.Demo.Tests.Writing;

public sealed class AnswerWriterTests
{
    [Fact]
    public void Good_answers_are_good_and_every_fault_is_seen_by_the_judge()
    {
        double good = Mean(AnswerQuality.Good, GoldJudge.Overall);
        Assert.InRange(good, 0.95, 1);
        foreach (AnswerQuality quality in Enum.GetValues<AnswerQuality>().Except([AnswerQuality.Good]))
        {
            Assert.True(Mean(quality, GoldJudge.Overall) < good - 0.08, quality.ToString());
        }
        Assert.True(Mean(AnswerQuality.Wrong, DemoJudge.Truthfulness) < 0.2);
        Assert.True(Mean(AnswerQuality.OtherSubject, DemoJudge.Relevance) < 0.05);
        Assert.Equal(0.25, Mean(AnswerQuality.Rude, DemoJudge.Harmlessness), 6);
        Assert.True(Mean(AnswerQuality.Repetitive, DemoJudge.Relevance) < 0.4);
    }

    [Fact]
    public void Length_alone_does_not_find_the_better_answer()
    {
        var random = new SeededRandom(3);
        var writer = new AnswerWriter(random);
        var judge = new DemoJudge();
        int right = 0,
            pairs = 0;
        for (int i = 0; i < 2000; i++)
        {
            WorldPrompt prompt = PromptPool.DrawAny(random);
            string a = writer.Write(prompt.Ask, random.Choose(QualityMix.Demonstrators));
            string b = writer.Write(prompt.Ask, random.Choose(QualityMix.Demonstrators));
            double gap = Overall(prompt, a) - Overall(prompt, b);
            if (Math.Abs(gap) > 0.02 && a.Length != b.Length)
            {
                pairs++;
                right += gap > 0 == a.Length > b.Length ? 1 : 0;
            }
        }
        Assert.InRange((double)right / pairs, 0.40, 0.62);

        double Overall(WorldPrompt prompt, string text) => judge.Score([("user", prompt.Text)], text)[GoldJudge.Overall];
    }

    [Fact]
    public void Demonstrations_are_of_mixed_quality_and_equal_for_equal_seeds()
    {
        var judge = new DemoJudge();
        IReadOnlyList<WrittenDemonstration> written = Demonstrations.Write(600, 4);
        double[] gold = [.. written.Select(one => judge.Score([("user", one.Prompt.Text)], one.Completion)[GoldJudge.Overall])];
        Assert.InRange(gold.Average(), 0.80, 0.90);
        Assert.InRange(gold.Count(score => score > 0.95) / 600.0, 0.30, 0.60);
        Assert.InRange(gold.Count(score => score < 0.75) / 600.0, 0.20, 0.45);
        Assert.Equal(written.Select(one => one.Completion), Demonstrations.Write(600, 4).Select(one => one.Completion));
    }

    private static double Mean(AnswerQuality quality, string criterion)
    {
        var random = new SeededRandom(1);
        var writer = new AnswerWriter(random);
        var judge = new DemoJudge();
        return Enumerable
            .Range(0, 400)
            .Select(_ => PromptPool.DrawAny(random))
            .Average(prompt => judge.Score([("user", prompt.Text)], writer.Write(prompt.Ask, quality))[criterion]);
    }
}
