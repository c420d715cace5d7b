using Annotation.Benchmarks.Labeling;
using Annotation.Testing;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>Exactly k judgements for each task, and none lost, with web processes and PostgreSQL killed in the middle.</summary>
public sealed class ExactnessTests
{
    [Fact]
    public Task A_few_clients_and_kills_leave_every_task_exact() =>
        ProveAsync(new ExactnessRun(Tasks: 150, Clients: 20, K: 3, WebKills: 2, DatabaseKills: 1, FirstPort: 5440));

    [Fact]
    [Trait("Category", "nightly")]
    public Task Three_hundred_clients_and_fifty_kills_leave_ten_thousand_tasks_exact() =>
        ProveAsync(new ExactnessRun(Tasks: 10_000, Clients: 300, K: 3, WebKills: 50, DatabaseKills: 3, FirstPort: 5442));

    private static async Task ProveAsync(ExactnessRun run)
    {
        Assert.SkipWhen(PostgresBinaries.Find() is null, "PostgreSQL is not installed on this machine.");

        var figures = await run.RunAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{figures}");
        Assert.Equal((0, 0, 0, 0), (figures.Lost, figures.Duplicate, figures.TasksOff, figures.LateLost));
        Assert.Equal(0, figures.TasksOffWhileRunning);
        Assert.Equal(run.Tasks * run.K, figures.LiveJudgements);
        Assert.Equal((run.WebKills, run.DatabaseKills), (figures.WebKills, figures.DatabaseKills));
        // A kill that no submit was on its way to proves nothing.
        Assert.True(figures.KillsWithSubmitsInFlight >= run.WebKills * 4 / 5, $"{figures.KillsWithSubmitsInFlight} kills met a submit");
    }
}
