using System.Text.Json;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Models;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Generation;

/// <summary>Ranking tasks of what models write.</summary>
public sealed class GenerateForProjectTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_of_two_models_holds_different_completions_of_both()
    {
        var project = await fixture.WithPromptsAsync("duel", 5);
        var (tiny, other) = (await TinyAsync(), await OtherAsync("other"));
        var run = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Generate, project.Id, """{"against": "other", "completionsPerPrompt": 5}""")
        );

        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        await using var db = fixture.CreateContext();
        var tasks = await db.LabelingTasks.Include(t => t.Completions).Where(t => t.RunId == run.Id).ToListAsync(Cancel);
        Assert.Equal(5, tasks.Count);
        foreach (var task in tasks)
        {
            var ids = task.Completions.Select(c => c.CompletionId).ToList();
            var written = await db.Completions.Where(c => ids.Contains(c.Id)).ToListAsync(Cancel);
            Assert.Equal(5, written.Select(c => c.Text.Trim()).Distinct().Count());
            Assert.Equal((3, 2), (written.Count(c => c.ModelId == tiny.Id), written.Count(c => c.ModelId == other.Id)));
            Assert.All(written, c => Assert.Equal(c.ModelId == other.Id ? "other" : "tiny", c.ModelName));
            Assert.Equal(5, task.CompletionsWanted);
        }
        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal("other", result.RootElement.GetProperty("against").GetString());
    }

    [Fact]
    public async Task A_task_says_when_fewer_different_completions_could_be_had_than_were_asked_for()
    {
        var project = await fixture.WithPromptsAsync("few", 3);
        // Of a single token there are few different texts: some bytes are white space, and the end token is none.
        var run = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Generate, project.Id, """{"completionsPerPrompt": 9, "maxTokens": 1, "topK": 3}""")
        );

        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        await using var db = fixture.CreateContext();
        var tasks = await db.LabelingTasks.Include(t => t.Completions).Where(t => t.RunId == run.Id).ToListAsync(Cancel);
        Assert.NotEmpty(tasks);
        Assert.All(tasks, t => Assert.InRange(t.Completions.Count, 2, 3));
        Assert.All(tasks, t => Assert.Equal(9, t.CompletionsWanted));
        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal(tasks.Count, result.RootElement.GetProperty("fewerDistinct").GetInt32());
        Assert.Contains($"{tasks.Count} tasks have fewer than 9 different completions", run.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_not_compared_with_itself()
    {
        var project = await fixture.WithPromptsAsync("alone", 1);
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, project.Id, """{"against": "tiny"}"""));
        Assert.Equal((RunState.Failed, "'tiny' cannot be compared with itself; name another model with Against."), (run.State, run.Error));
    }

    [Fact]
    public async Task Completions_of_one_prompt_say_how_many_differ()
    {
        var run = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Generate, settings: """{"prompt": "hi", "count": 5, "maxTokens": 8, "temperature": 0}""")
        );
        using var result = JsonDocument.Parse(run.Result!);
        Assert.Equal(1, result.RootElement.GetProperty("distinct").GetInt32());
    }

    private async Task<Model> TinyAsync()
    {
        await using var db = fixture.CreateContext();
        return await db.Models.SingleAsync(m => m.Name == "tiny", Cancel);
    }

    private async Task<Model> OtherAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory("annotation-toy-").FullName;
        await fixture.Get<RegisterModelFolder>().RunAsync(name, WorkerFixture.WriteToyModel(folder, seed: 7), Cancel);
        Directory.Delete(folder, recursive: true);
        await using var db = fixture.CreateContext();
        return await db.Models.SingleAsync(m => m.Name == name, Cancel);
    }
}
