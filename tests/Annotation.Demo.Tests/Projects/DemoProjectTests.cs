using Annotation.Demo.Judges;
using Annotation.Demo.Projects;

namespace Annotation.Demo.Tests.Projects;

public sealed class DemoProjectTests
{
    [Fact]
    public void Has_tasks_to_rank_with_different_completions_of_different_quality()
    {
        IReadOnlyList<SeedTask> tasks = DemoProject.SeedTasks(40, 1);
        var judge = new DemoJudge();

        Assert.Equal(40, tasks.Select(task => task.Prompt).Distinct().Count());
        Assert.All(
            tasks,
            task =>
            {
                Assert.Equal(4, task.Completions.Distinct().Count());
                double[] gold = [.. task.Completions.Select(text => judge.Score([("user", task.Prompt)], text)[GoldJudge.Overall])];
                Assert.True(gold.Max() > gold.Min(), task.Prompt);
            }
        );
        Assert.Equal(tasks[3].Completions, DemoProject.SeedTasks(40, 1)[3].Completions);
    }

    [Fact]
    public void Judges_by_the_judges_criteria_and_weighs_overall_alone()
    {
        Assert.Equal(new DemoJudge().Criteria, DemoProject.Criteria.Select(criterion => criterion.Key));
        Assert.Equal([1, 0, 0, 0, 0], DemoProject.Criteria.Select(criterion => criterion.Weight));
    }

    [Theory]
    [InlineData("Tell me about the fox.")]
    [InlineData("Which is larger, the bear or the frog?")]
    public void The_guidelines_examples_are_ordered_as_the_judge_orders_them(string prompt)
    {
        string table = DemoProject.Guideline[DemoProject.Guideline.IndexOf($"*{prompt}*", StringComparison.Ordinal)..];
        double[] gold =
        [
            .. table
                .Split('\n')
                .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]))
                .Take(4)
                .Select(line => new DemoJudge().Score([("user", prompt)], line.Split('|')[2].Trim())[GoldJudge.Overall]),
        ];
        Assert.Equal(gold.OrderDescending(), gold);
        Assert.Equal(4, gold.Distinct().Count());
    }
}
