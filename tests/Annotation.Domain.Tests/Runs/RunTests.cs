using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Runs;

public sealed class RunTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_stored_queued_with_the_next_number_a_name_for_its_model_and_an_audit_event()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var engineer = await postgres.PersonAsync(Cancel, "engineer");

        var first = (await StartAsync(new NewRun(RunKind.Sft, """{"epochs":2}""") { ProjectId = project, StartedBy = engineer })).Value!;
        var second = (await StartAsync(new NewRun(RunKind.Sft, "{}") { ProjectId = project })).Value!;
        var generation = (await StartAsync(new NewRun(RunKind.Generate, "{}"))).Value!;

        Assert.Equal(RunState.Queued, first.State);
        Assert.True(second.Number > first.Number);
        Assert.EndsWith($"-sft-{first.Number}", first.OutputName, StringComparison.Ordinal);
        Assert.Null(generation.OutputName);
        await using var db = postgres.CreateContext();
        var audit = await db.AuditEvents.SingleAsync(e => e.Action == "run.started" && e.PersonId == engineer, Cancel);
        Assert.Equal($"{first.Number}", audit.Subject);
    }

    [Fact]
    public async Task What_cannot_run_is_refused_with_the_reason()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var other = await postgres.ProjectAsync(Cancel);
        var reward = await postgres.ModelAsync(ModelKind.Reward, Cancel);
        var policy = await postgres.ModelAsync(ModelKind.Policy, Cancel);
        var good = new NewRun(RunKind.Ppo, "{}") { ProjectId = project };

        await AssertRefusedAsync("missing-project", good with { ProjectId = null });
        await AssertRefusedAsync("unknown-project", good with { ProjectId = Guid.NewGuid() });
        await AssertRefusedAsync("wrong-model-kind", good with { BaseModelId = reward.Id });
        await AssertRefusedAsync("wrong-model-kind", good with { RewardModelId = policy.Id });
        await AssertRefusedAsync("unknown-model", good with { RewardModelId = Guid.NewGuid() });
        await AssertRefusedAsync("unknown-set", good with { ProjectId = other, PreferenceSetId = Guid.NewGuid() });
        await AssertRefusedAsync("name-taken", good with { OutputName = policy.Name });
        await AssertRefusedAsync("invalid-name", good with { OutputName = "a/b" });
        await AssertRefusedAsync("invalid-device", good with { Device = "tpu" });
        await AssertRefusedAsync("invalid-settings", good with { Settings = "[]" });
        await AssertRefusedAsync("invalid-settings", good with { Settings = "{" });
    }

    [Fact]
    public async Task Of_runs_that_promise_the_same_model_at_once_one_is_stored()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var name = $"policy-{Guid.NewGuid():N}";

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => StartAsync(new NewRun(RunKind.Sft, "{}") { ProjectId = project, OutputName = name }))
        );

        var stored = Assert.Single(outcomes, o => o.Succeeded).Value!;
        Assert.All(outcomes.Where(o => !o.Succeeded), o => Assert.Equal("name-taken", o.Refusal!.Code));
        await postgres.Get<CancelRun>().RunAsync(stored.Id, null, Cancel);
        Assert.True((await StartAsync(new NewRun(RunKind.Sft, "{}") { ProjectId = project, OutputName = name })).Succeeded);
    }

    [Fact]
    public async Task A_waiting_run_is_paused_resumed_and_canceled_at_once_and_then_it_is_over()
    {
        var run = await StartedAsync();

        Assert.Equal(RunState.Paused, (await postgres.Get<PauseRun>().RunAsync(run, null, Cancel)).Value!.State);
        Assert.Equal(RunState.Queued, (await postgres.Get<ResumeRun>().RunAsync(run, null, Cancel)).Value!.State);
        Assert.Equal("run-not-stopped", (await postgres.Get<ResumeRun>().RunAsync(run, null, Cancel)).Refusal!.Code);
        Assert.Equal(RunState.Canceled, (await postgres.Get<CancelRun>().RunAsync(run, null, Cancel)).Value!.State);
        Assert.Equal("run-ended", (await postgres.Get<CancelRun>().RunAsync(run, null, Cancel)).Refusal!.Code);
        Assert.Equal("run-ended", (await postgres.Get<PauseRun>().RunAsync(run, null, Cancel)).Refusal!.Code);
        Assert.Equal("run-ended", (await postgres.Get<ResumeRun>().RunAsync(run, null, Cancel)).Refusal!.Code);
    }

    [Fact]
    public async Task The_worker_of_a_running_run_is_asked_and_a_failed_run_can_be_resumed()
    {
        var run = await StartedAsync();
        await SetStateAsync(run, RunState.Running);

        var paused = (await postgres.Get<PauseRun>().RunAsync(run, null, Cancel)).Value!;
        Assert.Equal((RunState.Running, true), (paused.State, paused.PauseRequestedAt is not null));
        var resumed = (await postgres.Get<ResumeRun>().RunAsync(run, null, Cancel)).Value!;
        Assert.Equal((RunState.Running, true), (resumed.State, resumed.PauseRequestedAt is null));
        var canceled = (await postgres.Get<CancelRun>().RunAsync(run, null, Cancel)).Value!;
        Assert.Equal((RunState.Running, true), (canceled.State, canceled.CancelRequestedAt is not null));

        var failed = await StartedAsync();
        await SetStateAsync(failed, RunState.Failed);
        Assert.Equal(RunState.Queued, (await postgres.Get<ResumeRun>().RunAsync(failed, null, Cancel)).Value!.State);
    }

    private async Task<Guid> StartedAsync()
    {
        var project = await postgres.ProjectAsync(Cancel);
        return (await StartAsync(new NewRun(RunKind.Reward, "{}") { ProjectId = project })).Value!.Id;
    }

    private async Task SetStateAsync(Guid run, RunState state)
    {
        await using var db = postgres.CreateContext();
        await db.Runs.Where(r => r.Id == run).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, state), Cancel);
    }

    private Task<Outcome<Run>> StartAsync(NewRun wanted) => postgres.Get<StartRun>().RunAsync(wanted, Cancel);

    private async Task AssertRefusedAsync(string code, NewRun wanted) => Assert.Equal(code, (await StartAsync(wanted)).Refusal?.Code);
}
