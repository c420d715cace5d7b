using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Housekeeping;
using Annotation.Jobs.Queue;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Annotation.Jobs.Tests.Execution;

public sealed class RunClaimTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly ProgressBatch Batch = new(7, 9, [(7, "loss", 0.5)], []);

    [Fact]
    public async Task Whatever_a_worker_writes_after_another_claimed_its_run_changes_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        var run = await fixture.AddRunAsync(RunKind.Generate);
        var database = fixture.Get<NpgsqlDataSource>();
        var zombie = (await RunClaim.TakeAsync(database, run.Id, "zombie", ct))!;
        Assert.True(await zombie.RecordAsync(Batch, ct));
        var heir = (await RunClaim.TakeAsync(database, run.Id, "heir", ct))!;
        Assert.Equal((1, 2), (zombie.Epoch, heir.Epoch));

        Assert.False(await zombie.RecordAsync(Batch with { Step = 8, Metrics = [(8, "loss", 0.1), (7, "loss", 99)] }, ct));
        Assert.False(await zombie.FailAsync("late", ct));
        Assert.False(await zombie.CancelAsync(ct));
        Assert.False(await zombie.ReleaseAsync(ct));
        Assert.False(await fixture.Get<CompleteRun>().RunAsync(zombie, new RunOutput([]), ct));
        Assert.Equal(StopReason.Lost, await zombie.HeartbeatAsync(ct));
        await Assert.ThrowsAsync<ClaimLostException>(() => zombie.NoteAsync("late", ct));

        run = await fixture.ReadAsync(run);
        Assert.Equal((RunState.Running, "heir", 7, null), (run.State, run.Worker, run.Step, run.Error));
        await using var db = fixture.CreateContext();
        Assert.Equal([0.5], await db.RunMetrics.Where(m => m.RunId == run.Id).Select(m => m.Value).ToListAsync(ct));
        Assert.Equal(StopReason.None, await heir.HeartbeatAsync(ct));
        Assert.True(await fixture.Get<CompleteRun>().RunAsync(heir, new RunOutput([]), ct));
    }

    /// <summary>Who takes a run over renames the folder that the one before it still writes its checkpoints into.</summary>
    [Fact]
    public async Task A_worker_whose_folder_went_with_its_claim_has_lost_the_run_and_not_failed_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var project = await fixture.WithDemonstrationsAsync("taken-over");
        var run = await fixture.AddRunAsync(
            RunKind.Sft,
            project,
            """{"epochs": 1000, "batchSize": 16, "checkpointSteps": 1, "patience": 1000}""",
            "taken-over"
        );
        var executing = fixture.ExecuteAsync(run);
        await fixture.WaitAsync(run, r => r.Step >= 3, TimeSpan.FromMinutes(1));

        Assert.NotNull(await RunClaim.TakeAsync(fixture.Get<NpgsqlDataSource>(), run.Id, "heir", ct));
        var folder = fixture.Store.RunFolder(run.Id);
        var mine = Path.Combine(folder, "epoch-000001");
        Directory.Move(mine, Path.Combine(folder, "epoch-000002"));
        // No folder can be made here any more.
        await File.WriteAllTextAsync(mine, "", ct);

        var left = await executing;
        Assert.Equal((RunState.Running, "heir", null), (left.State, left.Worker, left.Error));
        var ends = (await File.ReadAllLinesAsync(Path.Combine(folder, "claims.tsv"), ct)).Select(line => line.Split('\t')[1]);
        Assert.Equal("Lost", ends.Last());
    }

    [Fact]
    public async Task A_run_whose_lock_is_held_waits_and_a_holder_can_be_ended()
    {
        var ct = TestContext.Current.CancellationToken;
        var id = Guid.CreateVersion7();
        await using var first = await RunLock.TryTakeRunAsync(fixture.ConnectionString, id, ct);
        Assert.NotNull(first);
        Assert.True(await first.TryTakeDeviceAsync("host", "cpu", ct));
        Assert.Null(await RunLock.TryTakeRunAsync(fixture.ConnectionString, id, ct));
        await using var other = await RunLock.TryTakeRunAsync(fixture.ConnectionString, Guid.CreateVersion7(), ct);
        Assert.False(await other!.TryTakeDeviceAsync("host", "cpu", ct));

        Assert.True(await RunLock.EndHolderAsync(fixture.ConnectionString, id, ct));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => first.PingAsync(ct));
        await using var second = await RunLock.TryTakeRunAsync(fixture.ConnectionString, id, ct);
        Assert.NotNull(second);
        Assert.True(await other.TryTakeDeviceAsync("host", "cpu", ct));
    }

    [Fact]
    public async Task A_run_that_no_job_would_bring_is_queued_again_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var forgotten = await fixture.AddRunAsync(RunKind.Generate);
        var young = await fixture.AddRunAsync(RunKind.Generate);
        await using var db = fixture.CreateContext();
        await db.Database.ExecuteSqlAsync($"update runs set created_at = now() - interval '1 minute' where id = {forgotten.Id}", ct);

        await fixture.Get<OrphanSweep>().SweepAsync(ct);
        await fixture.Get<OrphanSweep>().SweepAsync(ct);

        var queued = fixture.Get<RunQueue>().FindQueued();
        Assert.Contains(forgotten.Id, queued);
        Assert.DoesNotContain(young.Id, queued);
        var jobs = await db
            .Database.SqlQuery<long>($"select count(*) as \"Value\" from hangfire.jobqueue where queue = 'generate'")
            .SingleAsync(ct);
        Assert.Equal(1, jobs);
    }

    [Fact]
    public async Task A_run_for_a_gpu_never_uses_the_cpu()
    {
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, device: "cuda"));

        Assert.Equal((RunState.Queued, 0), (run.State, run.Epoch));
        Assert.Contains("needs a GPU worker", run.Notice, StringComparison.Ordinal);
        await using var db = fixture.CreateContext();
        var queues = db.Database.SqlQuery<string>($"select distinct queue as \"Value\" from hangfire.jobqueue where queue like '%cuda'");
        Assert.Equal(["generate-cuda"], await queues.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_run_that_kills_its_workers_again_and_again_is_failed()
    {
        var folder = Directory.CreateTempSubdirectory("annotation-claims-").FullName;
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            ClaimLog.Add(folder, RunKind.Sft, epoch, step: 3, "worker", DateTimeOffset.UnixEpoch);
        }

        var failure = Assert.Throws<RunFailedException>(() =>
            ClaimLog.Add(folder, RunKind.Sft, 6, step: 3, "worker", DateTimeOffset.UnixEpoch)
        );
        Assert.Contains("without getting past step 3", failure.Message, StringComparison.Ordinal);
        ClaimLog.AddEnd(folder, 6, "Pause", "worker", DateTimeOffset.UnixEpoch);
        ClaimLog.Add(folder, RunKind.Sft, 7, step: 3, "worker", DateTimeOffset.UnixEpoch);
        Directory.Delete(folder, recursive: true);
    }
}
