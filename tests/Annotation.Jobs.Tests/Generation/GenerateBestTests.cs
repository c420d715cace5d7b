using System.Text.Json;
using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Annotation.Learning.Evaluation;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Generation;

public sealed class GenerateBestTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task The_completion_that_the_reward_likes_best_is_kept_of_each_prompt()
    {
        var ct = TestContext.Current.CancellationToken;
        var program = Path.Combine(fixture.Options.RewardPrograms!, "letters.sh");
        // The score is the number of letters e in the line.
        await File.WriteAllTextAsync(program, "#!/bin/sh\nwhile read -r line; do printf '%s' \"$line\" | tr -cd e | wc -c; done\n", ct);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var project = await fixture.WithPromptsAsync("best", 20);

        var one = await WriteAsync(project.Id, """{"bestOf": "2", "prompts": "5", "reward": "program:letters.sh"}""");
        var many = await WriteAsync(project.Id, """{"bestOf": "16", "prompts": "5", "reward": "program:letters.sh"}""");

        Assert.Equal((5, 16), (many.GetProperty("prompts").GetInt32(), many.GetProperty("n").GetInt32()));
        Assert.Equal(BestOfN.Kl(16), many.GetProperty("kl").GetDouble(), 1e-9);
        var kept = many.GetProperty("completions").EnumerateArray().ToList();
        Assert.Equal(5, kept.Select(c => c.GetProperty("prompt").ToString()).Distinct().Count());
        Assert.All(kept, c => Assert.Equal("user", c.GetProperty("prompt")[0].GetProperty("role").GetString()));
        Assert.Equal(kept.Average(c => c.GetProperty("score").GetDouble()), many.GetProperty("score").GetDouble(), 1e-9);
        Assert.True(many.GetProperty("score").GetDouble() > one.GetProperty("score").GetDouble());
        Assert.True(one.GetProperty("score").GetDouble() > one.GetProperty("scoreOfOne").GetDouble());
        // Nothing becomes a task: these are data.
        await using var db = fixture.CreateContext();
        Assert.False(await db.LabelingTasks.AnyAsync(t => t.ProjectId == project.Id, ct));
    }

    private async Task<JsonElement> WriteAsync(Guid project, string settings)
    {
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, project, settings));
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        return JsonDocument.Parse(run.Result!).RootElement;
    }
}
