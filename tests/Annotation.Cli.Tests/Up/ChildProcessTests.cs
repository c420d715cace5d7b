using Annotation.Cli.Up;
using Xunit;

namespace Annotation.Cli.Tests.Up;

public sealed class ChildProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-child-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(folder, "log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_exit_code_and_the_output_are_the_programs()
    {
        using var child = ChildProcess.Start(Program("echo said; echo complained >&2; exit 7"));
        Assert.Equal(7, await child.WaitAsync(Cancellation));
        Assert.Equal("said\ncomplained\n", await File.ReadAllTextAsync(Log, Cancellation));
    }

    [Fact]
    public async Task A_stop_is_the_programs_own_clean_end()
    {
        using var child = ChildProcess.Start(Program("trap 'echo clean; exit 0' TERM; echo started; while :; do sleep 0.05; done"));
        await WaitForLogAsync("started");
        await child.StopAsync(TimeProvider.System);
        Assert.Equal(0, await child.WaitAsync(Cancellation));
        Assert.EndsWith("clean\n", await File.ReadAllTextAsync(Log, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_stop_is_killed_after_its_time()
    {
        using var child = ChildProcess.Start(
            Program("trap '' TERM; echo started; while :; do sleep 0.05; done") with
            {
                StopTime = TimeSpan.FromSeconds(1),
            }
        );
        await WaitForLogAsync("started");
        await child.StopAsync(TimeProvider.System);
        Assert.Equal(137, await child.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_program_that_dies_is_started_again_and_not_after_a_stop()
    {
        var said = new List<string>();
        var supervision = new Supervision(Program("echo start"), TimeProvider.System, said.Add);
        supervision.Start();
        while (!File.Exists(Log) || (await File.ReadAllLinesAsync(Log, Cancellation)).Length < 2)
        {
            await Task.Delay(20, Cancellation);
        }

        await supervision.StopAsync();
        var starts = (await File.ReadAllLinesAsync(Log, Cancellation)).Length;
        Assert.Contains("started again in 1 s", said[0], StringComparison.Ordinal);
        await Task.Delay(200, Cancellation);
        Assert.Equal(starts, (await File.ReadAllLinesAsync(Log, Cancellation)).Length);
        await supervision.DisposeAsync();
    }

    private ChildProgram Program(string script) =>
        new("test", ["sh", "-c", script], new Dictionary<string, string>(), "/", Log, "TERM", TimeSpan.FromSeconds(10));

    private async Task WaitForLogAsync(string text)
    {
        while (!File.Exists(Log) || !(await File.ReadAllTextAsync(Log, Cancellation)).Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(20, Cancellation);
        }
    }
}
