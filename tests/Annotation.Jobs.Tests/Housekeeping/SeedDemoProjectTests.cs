using Annotation.Demo.Projects;
using Annotation.Domain.Labeling;
using Annotation.Jobs.Housekeeping;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Housekeeping;

public sealed class SeedDemoProjectTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task Workers_that_start_together_make_one_demo_project_that_can_be_ranked_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var seed = fixture.Get<SeedDemoProject>();

        await Task.WhenAll(seed.RunAsync(ct), seed.RunAsync(ct), seed.RunAsync(ct));

        await using var db = fixture.CreateContext();
        var project = await db.Projects.Include(p => p.Criteria).SingleAsync(ct);
        Assert.True(project.IsDemo);
        Assert.Equal(DemoProject.Criteria.Select(c => c.Key), project.Criteria.OrderBy(c => c.Position).Select(c => c.Key));
        var tasks = await db.LabelingTasks.Include(t => t.Completions).ToListAsync(ct);
        var ranking = tasks.Where(t => t.Kind == LabelingTaskKind.Ranking).ToList();
        Assert.Equal(100, ranking.Count);
        Assert.All(ranking, t => Assert.Equal(DemoProject.CompletionsPerTask, t.Completions.Count));
        Assert.Equal(20, tasks.Count(t => t.Kind == LabelingTaskKind.Demonstration));
        Assert.Equal(400, await db.Demonstrations.CountAsync(ct));
        // No prompt serves two ends, so PPO has fresh ones whatever people rank.
        Assert.Equal(100 + 400 + 20 + 400, await db.Prompts.CountAsync(ct));
    }
}
