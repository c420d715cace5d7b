using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Execution;

/// <summary>Real worker processes that people and systems ask to stop, and that share a device.</summary>
public sealed class StopAndGoTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    // Far more than it takes: a loaded machine starts a worker slowly.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Longer than any test waits, so that there is always something to stop.
    private const string LongSettings =
        """{"epochs": 1000, "batchSize": 16, "checkpointSteps": 1000, "patience": 1000, "validationsPerEpoch": 1}""";
    private const string ShortSettings = """{"epochs": 8, "batchSize": 16}""";

    [Fact]
    public async Task Paused_and_resumed_stopped_with_its_worker_and_lost_with_the_database_a_run_goes_on_and_canceled_it_ends()
    {
        var ct = TestContext.Current.CancellationToken;
        var run = await fixture.AddRunAsync(RunKind.Sft, await fixture.WithDemonstrationsAsync("stopped"), LongSettings, "stopped");
        fixture.Enqueue(run);
        await using var first = WorkerProcess.Start(fixture.Options);
        await fixture.WaitAsync(run, r => r.Step >= 10, Patience);

        // 1. Pause: a checkpoint is written although none was due, and resume goes on behind it.
        Assert.True((await fixture.Get<PauseRun>().RunAsync(run.Id, null, ct)).Succeeded);
        var paused = await fixture.WaitAsync(run, r => r.State == RunState.Paused, Patience);
        Assert.Equal([$"epoch-000001/step-{paused.Step:D10}"], Checkpoints(run));
        Assert.True((await fixture.Get<ResumeRun>().RunAsync(run.Id, null, ct)).Succeeded);
        fixture.Enqueue(run);
        var resumed = await fixture.WaitAsync(run, r => r.State == RunState.Running && r.Step != paused.Step, Patience);
        Assert.True(resumed.Step > paused.Step, $"Resumed at step {resumed.Step}, paused at {paused.Step}.");

        // 2. SIGTERM: the run goes back to the queue, the process ends well, the next worker takes it at once.
        Assert.Equal(0, await first.StopAsync());
        var released = await fixture.ReadAsync(run);
        Assert.Equal((RunState.Queued, null, 2), (released.State, released.Worker, released.Epoch));
        Assert.Contains($"epoch-000002/step-{released.Step:D10}", Checkpoints(run));
        await using var second = WorkerProcess.Start(fixture.Options);
        var again = await fixture.WaitAsync(run, r => r.Epoch == 3 && r.Step != released.Step, Patience);
        Assert.True(again.Step > released.Step, $"Went on at step {again.Step}, released at {released.Step}.");

        // 3. All of the worker's sessions end, as when the database restarts: the worker lets go of the run and finds it again.
        await using var db = fixture.CreateContext();
        await db.Database.ExecuteSqlRawAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name in ('worker', 'annotation run lock')",
            ct
        );
        await fixture.WaitAsync(run, r => r.Epoch >= 4 && r.Step > again.Step, Patience);

        // 4. Cancel: it ends within seconds, looks canceled and has made nothing.
        Assert.True((await fixture.Get<CancelRun>().RunAsync(run.Id, null, ct)).Succeeded);
        var canceled = await fixture.WaitAsync(run, r => r.State == RunState.Canceled, Patience);
        Assert.Null(canceled.OutputModelId);
        Assert.NotNull(canceled.EndedAt);
        Assert.False(await db.Models.AnyAsync(m => m.Name == "stopped", ct));
    }

    [Fact]
    public async Task Two_workers_on_one_device_train_one_run_after_the_other()
    {
        var project = await fixture.WithDemonstrationsAsync("shared");
        var runs = new List<Run>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await fixture.AddRunAsync(RunKind.Sft, project, ShortSettings, $"shared-{i}"));
            fixture.Enqueue(runs[i]);
        }
        await using var first = WorkerProcess.Start(fixture.Options);
        await using var second = WorkerProcess.Start(fixture.Options);

        var ended = new List<Run>();
        foreach (var run in runs)
        {
            ended.Add(await fixture.WaitAsync(run, r => r.State == RunState.Completed, Patience));
        }

        var inOrder = ended.OrderBy(r => r.StartedAt).ToList();
        Assert.All(
            inOrder.Zip(inOrder.Skip(1)),
            pair =>
                Assert.True(
                    pair.First.EndedAt <= pair.Second.StartedAt,
                    $"{pair.Second.Number} began before {pair.First.Number} had ended."
                )
        );
    }

    private List<string> Checkpoints(Run run)
    {
        var folder = fixture.Store.RunFolder(run.Id);
        return
        [
            .. Directory.GetDirectories(folder, "step-*", SearchOption.AllDirectories).Select(d => Path.GetRelativePath(folder, d)).Order(),
        ];
    }
}
