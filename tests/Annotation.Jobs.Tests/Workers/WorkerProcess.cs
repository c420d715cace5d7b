using System.Diagnostics;
using System.Runtime.InteropServices;
using Annotation.Jobs.Execution;
using Xunit;

namespace Annotation.Jobs.Tests.Workers;

/// <summary>A real worker process that a test may kill and freeze.</summary>
public sealed partial class WorkerProcess : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly string _log = Path.GetTempFileName();

    private WorkerProcess(WorkerOptions options)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Annotation.Jobs.Tests", "Annotation.Worker"), "Annotation.Worker.dll");
        Assert.True(File.Exists(program), $"{program} is not built.");
        // A shell redirects, so that a frozen or killed worker leaves no pipe behind.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = Path.GetDirectoryName(program) };
        foreach (var argument in (string[])["-c", "exec dotnet \"$1\" >\"$2\" 2>&1 </dev/null", "worker", program, _log])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["ConnectionStrings__Annotation"] = options.ConnectionString + ";Application Name=worker";
        start.Environment["Annotation__Artifacts"] = options.Artifacts;
        start.Environment["Annotation__Queues"] = string.Join(',', options.Queues);
        start.Environment["Annotation__Threads"] = options.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
    }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>The worker's name, as runs note it.</summary>
    public string Name => $"{Environment.MachineName}:{_process.Id}";

    public static WorkerProcess Start(WorkerOptions options) => new(options);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Freeze() => Assert.Equal(0, Send(_process.Id, Stop));

    public void Thaw() => Assert.Equal(0, Send(_process.Id, Continue));

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Send(_process.Id, Terminate));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>What it has written so far.</summary>
    public string ReadLog() => File.ReadAllText(_log);

    /// <summary>Waits until it has written this.</summary>
    public async Task WaitForLogAsync(string text, TimeSpan limit)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(limit);
        while (!ReadLog().Contains(text, StringComparison.Ordinal))
        {
            Assert.False(end.IsCancellationRequested, $"After {limit} the log has no '{text}'.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"--- {Name}\n{ReadLog()}");
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        File.Delete(_log);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
