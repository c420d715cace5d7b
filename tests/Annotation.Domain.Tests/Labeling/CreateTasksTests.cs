using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Projects;
using Annotation.Domain.Runs;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class CreateTasksTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Distinct_completions_become_a_task_and_prompts_with_fewer_than_two_are_counted()
    {
        var (project, lease, model) = await RunningGenerationAsync();
        var full = await postgres.PromptAsync(project, "full", Cancel);
        var poor = await postgres.PromptAsync(project, "poor", Cancel);
        PromptCompletions[] written =
        [
            new(full.Id, [new("One", 1), new(" One\n", 2), new("Two", 3), new("Three", 4)]),
            new(poor.Id, [new("Same", 1), new("Same ", 2)]),
        ];

        var created = (await CreateAsync(lease, model.Id, written)).Value!;
        var repeated = (await CreateAsync(lease, model.Id, written)).Value!;

        Assert.Equal(new CreatedTasks(1, 1, 1), created);
        Assert.Equal(0, repeated.TaskCount);
        await using var db = postgres.CreateContext();
        var task = await db.LabelingTasks.Include(t => t.Completions).SingleAsync(t => t.RunId == lease.RunId, Cancel);
        Assert.Equal((full.Id, 2, model.Id, 4), (task.PromptId, task.JudgementsWanted, task.ModelId!.Value, task.CompletionsWanted));
        var rows = await db.Completions.Where(c => c.PromptId == full.Id).OrderBy(c => c.Seed).ToListAsync(Cancel);
        Assert.Equal(["One", "Two", "Three"], rows.Select(c => c.Text));
        Assert.All(rows, c => Assert.Equal((model.Name, lease.RunId), (c.ModelName, c.RunId!.Value)));
        Assert.Equal(rows.Select(c => c.Id), task.Completions.OrderBy(c => c.Position).Select(c => c.CompletionId));
    }

    [Fact]
    public async Task A_worker_that_lost_its_run_stores_nothing()
    {
        var (project, lease, model) = await RunningGenerationAsync();
        var prompt = await postgres.PromptAsync(project, "p", Cancel);
        await using var db = postgres.CreateContext();
        await db.Runs.Where(r => r.Id == lease.RunId).ExecuteUpdateAsync(r => r.SetProperty(x => x.Epoch, 2), Cancel);

        var outcome = await CreateAsync(lease, model.Id, [new(prompt.Id, [new("a", 1), new("b", 2)])]);

        Assert.Equal("run-lost", outcome.Refusal!.Code);
        Assert.False(await db.Completions.AnyAsync(c => c.PromptId == prompt.Id, Cancel));
    }

    [Fact]
    public async Task Demonstrations_are_asked_for_once_per_prompt_and_not_where_there_is_one()
    {
        var project = await postgres.ProjectAsync(Cancel);
        for (var i = 0; i < 3; i++)
        {
            await postgres.PromptAsync(project, $"p{i}", Cancel);
        }

        var use = postgres.Get<CreateDemonstrationTasks>();

        Assert.Equal(2, (await use.RunAsync(project, 2, null, Cancel)).Value);
        Assert.Equal(1, (await use.RunAsync(project, 10, null, Cancel)).Value);
        Assert.Equal(0, (await use.RunAsync(project, 10, null, Cancel)).Value);
        Assert.Equal("invalid-count", (await use.RunAsync(project, 0, null, Cancel)).Refusal!.Code);
    }

    private async Task<(Guid Project, RunLease Lease, Model Model)> RunningGenerationAsync()
    {
        var project = await postgres.ProjectAsync(Cancel, new ProjectSettings { JudgementsPerTask = 2 });
        var model = await postgres.ModelAsync(ModelKind.Policy, Cancel);
        var run = await postgres
            .Get<StartRun>()
            .RunAsync(new NewRun(RunKind.Generate, "{}") { ProjectId = project, BaseModelId = model.Id }, Cancel);
        await using var db = postgres.CreateContext();
        await db
            .Runs.Where(r => r.Id == run.Value!.Id)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Running).SetProperty(x => x.Epoch, 1), Cancel);
        return (project, new RunLease(run.Value!.Id, Epoch: 1), model);
    }

    private Task<Outcome<CreatedTasks>> CreateAsync(RunLease lease, Guid model, PromptCompletions[] written) =>
        postgres.Get<CreateRankingTasks>().RunAsync(lease, model, """{"temperature":1}""", written, 4, 0, Cancel);
}
