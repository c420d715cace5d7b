using Annotation.Demo.Judges;
using Annotation.Demo.Labelers;

namespace Annotation.Demo.Tests.Labelers;

public sealed class SimulatedLabelerTests
{
    private const string Good = "The fox is red. It can dig. It eats mice.";
    private const string Bad = "The owl is blue. It can dig. It eats corn.";
    private static readonly DemoJudge Judge = new();

    [Theory]
    [InlineData(0.125)]
    [InlineData(0.25)]
    public void Flips_a_clear_case_at_its_flip_rate(double flipRate)
    {
        // The gap of gold is 0.85 = 4.25 units at sharpness 8: the sigmoid is 1, and what is left is the flip rate.
        double flips = Share(new SimulatedLabeler("ada", 8, flipRate, 0, 1), Good, Bad, (good, bad) => good > bad);
        Assert.Equal(flipRate, flips, 0.02);
    }

    [Fact]
    public void Prefers_as_the_formula_says()
    {
        // Gold 1 against 0.88 is 0.6 units, times sharpness 2; 26 characters longer, times length bias 0.2.
        const string thin = "The fox is red.";
        var labeler = new SimulatedLabeler("ada", 2, 0.15, 0.2, 2);
        double expected = (0.7 / (1 + Math.Exp(-(1.2 + (0.2 * 26 / 25))))) + 0.15;
        Assert.Equal(expected, labeler.Prefers(1, 0.88, Good.Length, thin.Length), 6);
        Assert.Equal(expected, Share(labeler, Good, thin, (good, other) => good < other), 0.02);
    }

    [Fact]
    public void Two_labelers_agree_as_often_as_their_noise_allows()
    {
        var ada = new SimulatedLabeler("ada", 8, 0.125, 0, 1);
        var ben = new SimulatedLabeler("ben", 8, 0.25, 0, 2);
        double agree = 0;
        for (int i = 0; i < 4000; i++)
        {
            agree += Rank(ada, i, Good, Bad)[0] == Rank(ben, i, Good, Bad)[0] ? 1 : 0;
        }
        // Both right or both wrong: 0.875 * 0.75 + 0.125 * 0.25.
        Assert.Equal(0.6875, agree / 4000, 0.025);
    }

    [Fact]
    public void Equally_good_neighbours_are_tied_and_equal_questions_get_equal_answers()
    {
        var labeler = new SimulatedLabeler("ada", 2, 0.125, 0, 1);
        IReadOnlyList<int> ranks = Rank(labeler, 0, Good, "The fox can dig. It is red. It eats mice.");
        Assert.Equal([1, 1], ranks);
        Assert.Equal(Rank(labeler, 3, Good, Bad, "Who cares."), Rank(labeler, 3, Good, Bad, "Who cares."));
    }

    [Fact]
    public void People_of_a_pool_differ_and_depend_on_the_seed_only()
    {
        IReadOnlyList<SimulatedLabeler> people = LabelerPool.Create(4, 1);
        Assert.Equal(people, LabelerPool.Create(4, 1));
        Assert.NotEqual(people, LabelerPool.Create(4, 2));
        Assert.All(people, person => Assert.InRange(person.FlipRate, 0.125, 0.20));
        Assert.Equal(4, people.Select(person => person.Name).Distinct().Count());
    }

    /// <summary>Different prompts with one meaning, so that each draw is a new one.</summary>
    private static IReadOnlyList<int> Rank(SimulatedLabeler labeler, int question, params string[] completions) =>
        labeler.Rank(Judge, GoldJudge.Overall, [("user", $"Question {question}: tell me about a fox")], completions);

    private static double Share(SimulatedLabeler labeler, string first, string second, Func<int, int, bool> counts) =>
        Enumerable.Range(0, 4000).Select(i => Rank(labeler, i, first, second)).Count(ranks => counts(ranks[0], ranks[1])) / 4000.0;
}
