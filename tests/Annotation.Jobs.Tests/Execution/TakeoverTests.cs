using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Execution;

/// <summary>Workers that die, freeze, stop and share a device while real trainings run in them.</summary>
public sealed class TakeoverTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // About a minute of training, so that there is time to interfere; a checkpoint after every tenth step.
    private const string LongSettings = """{"epochs": 400, "batchSize": 16, "checkpointSteps": 10, "patience": 1000, "validationsPerEpoch": 1}""";

    [Fact]
    public async Task A_killed_worker_s_run_is_taken_over_within_a_minute_and_ends_with_the_same_weights()
    {
        var project = await ProjectAsync("killed");
        const string settings = """{"epochs": 60, "batchSize": 16, "checkpointSteps": 10, "patience": 1000}""";
        var calm = await fixture.AddRunAsync(RunKind.Sft, project, settings, "calm");
        var troubled = await fixture.AddRunAsync(RunKind.Sft, project, settings, "troubled");
        calm = await fixture.ExecuteAsync(calm);
        Assert.Equal((RunState.Completed, null), (calm.State, calm.Error));

        await using var victim = WorkerProcess.Start(fixture.Options);
        fixture.Enqueue(troubled);
        troubled = await fixture.WaitAsync(troubled, r => r.Step >= 15, Minute);
        await victim.KillAsync();
        var killed = await fixture.ReadAsync(troubled);
        Assert.Equal((RunState.Running, 1), (killed.State, killed.Epoch));
        await using var heir = WorkerProcess.Start(fixture.Options);

        await fixture.WaitAsync(troubled, r => r.Epoch == 2, Minute);
        troubled = await fixture.WaitAsync(troubled, r => r.State == RunState.Completed, Minute);

        Assert.Equal(heir.Name, troubled.Worker);
        Assert.Equal((calm.Step, calm.TotalSteps), (troubled.Step, troubled.TotalSteps));
        Assert.Equal(await Sha256Async(calm), await Sha256Async(troubled));
    }

    private async Task<Guid> ProjectAsync(string name)
    {
        var project = await fixture.WithPromptsAsync(name, 0);
        await fixture.DemonstrateAsync(project, await fixture.AddPromptsAsync(project, 60));
        return project.Id;
    }

    private async Task<string> Sha256Async(Run run)
    {
        await using var db = fixture.CreateContext();
        return await db
            .Models.Where(m => m.Id == run.OutputModelId)
            .Join(db.Artifacts, m => m.ArtifactId, a => a.Id, (m, a) => a.Sha256)
            .SingleAsync(TestContext.Current.CancellationToken);
    }
}
