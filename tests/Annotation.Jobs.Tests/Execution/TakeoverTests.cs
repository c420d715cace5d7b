using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Xunit;

namespace Annotation.Jobs.Tests.Execution;

/// <summary>Real worker processes that die and freeze in the middle of a training.</summary>
public sealed class TakeoverTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // Far more than it takes: a loaded machine starts a worker slowly.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Some seconds of training with a checkpoint after every tenth step.
    private const string Settings = """{"epochs": 60, "batchSize": 16, "checkpointSteps": 10, "patience": 1000}""";

    [Fact]
    public async Task Frozen_then_killed_workers_lose_the_run_within_a_minute_and_it_ends_with_the_weights_of_a_calm_one()
    {
        var project = await fixture.WithDemonstrationsAsync("troubled");
        var calm = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Sft, project, Settings, "calm"));
        Assert.Equal((RunState.Completed, null), (calm.State, calm.Error));
        var run = await fixture.AddRunAsync(RunKind.Sft, project, Settings, "troubled");
        fixture.Enqueue(run);

        // 1. The first worker freezes: a second one ends its session and goes on from the last checkpoint.
        await using var frozen = WorkerProcess.Start(fixture.Options);
        await fixture.WaitAsync(run, r => r.Step >= 15, Patience);
        frozen.Freeze();
        await using var second = WorkerProcess.Start(fixture.Options);
        run = await fixture.WaitAsync(run, r => r.Epoch == 2 && r.Step >= 30, Patience);
        Assert.Equal(second.Name, run.Worker);

        // 2. The first wakes: it may write nothing, and stops.
        frozen.Thaw();
        await frozen.WaitForLogAsync("stops: Lost", Patience);
        Assert.Equal((2, second.Name), ((await fixture.ReadAsync(run)).Epoch, (await fixture.ReadAsync(run)).Worker));

        // 3. The second is killed: whoever is left takes over. With the weights of the calm run nothing was lost or done twice.
        run = await fixture.ReadAsync(run);
        if (run.State == RunState.Running)
        {
            await second.KillAsync();
            await fixture.WaitAsync(run, r => r.Epoch == 3, Minute);
        }
        run = await fixture.WaitAsync(run, r => r.State == RunState.Completed, Patience);

        Assert.Equal((calm.Step, calm.TotalSteps), (run.Step, run.TotalSteps));
        Assert.Equal(await fixture.Sha256Async(calm), await fixture.Sha256Async(run));
        var claims = await File.ReadAllLinesAsync(
            Path.Combine(fixture.Store.RunFolder(run.Id), "claims.tsv"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(run.Epoch, claims.Count(line => !line.Contains("Lost", StringComparison.Ordinal)));
    }
}
