using System.Diagnostics;
using System.Globalization;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Tests.Workers;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Jobs.Tests.Execution;

public sealed class OutOfMemoryTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_run_that_truly_runs_out_of_memory_ends_with_the_setting_to_lower_and_its_worker_goes_on()
    {
        var project = await fixture.WithDemonstrationsAsync("small-machine");
        await using var worker = WorkerProcess.Start(fixture.Options);
        await CompleteAsync("before");

        // From here on the kernel gives the worker 256 MB more and no byte beyond; these weights alone are 800 MB.
        Limit(worker.Id, Process.GetProcessById(worker.Id).VirtualMemorySize64 + (256L << 20));
        var run = await fixture.AddRunAsync(
            RunKind.Base,
            project,
            """{"corpus": "project", "hiddenSize": 2048, "layers": 4, "heads": 4}""",
            "too-big"
        );
        fixture.Enqueue(run);
        var failed = await fixture.WaitAsync(run, r => r.State == RunState.Failed, Patience);

        Assert.Equal(OutOfMemory.Sentence(RunKind.Base, failed.Step), failed.Error);
        Assert.Null(failed.OutputModelId);
        await CompleteAsync("after");

        async Task CompleteAsync(string output)
        {
            var small = await fixture.AddRunAsync(RunKind.Sft, project, """{"epochs": 1}""", output);
            fixture.Enqueue(small);
            var ended = await fixture.WaitAsync(small, r => r.State is RunState.Completed or RunState.Failed, Patience);
            Assert.True(ended is { State: RunState.Completed, Worker: var by } && by == worker.Name, ended.Error);
        }
    }

    [Fact]
    public void What_the_native_library_throws_is_understood()
    {
        // A thousand terabytes.
        var problem = Assert.ThrowsAny<Exception>(() => zeros([1L << 50], ScalarType.Int8, CPU));
        Assert.True(OutOfMemory.Caused(problem), problem.ToString());
        using var few = zeros([3], ScalarType.Float32, CPU);
        Assert.False(OutOfMemory.Caused(Assert.ThrowsAny<Exception>(() => few.view(2, 2))));
    }

    [Theory]
    [InlineData(RunKind.Base, "HiddenSize")]
    [InlineData(RunKind.Sft, "MaxTokensPerPass")]
    [InlineData(RunKind.Rloo, "RowsPerPass")]
    public void The_sentence_names_the_step_and_the_setting(RunKind kind, string setting)
    {
        var sentence = OutOfMemory.Sentence(kind, 12);
        Assert.Contains("step 12", sentence, StringComparison.Ordinal);
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
    }

    private static void Limit(int process, long bytes)
    {
        using var limit = Process.Start("prlimit", ["--pid", process.ToString(CultureInfo.InvariantCulture), $"--as={bytes}"]);
        limit.WaitForExit();
        Assert.Equal(0, limit.ExitCode);
    }
}
