using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Annotation.EndToEnd.Tests;

/// <summary>
/// The whole platform as a person starts it: `annotation up` as a process of its own with a real PostgreSQL, web and
/// worker, on a fresh data folder and a free port.
/// </summary>
public sealed class RunningPlatform : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private readonly Process _up;
    private readonly StringBuilder _output;

    private RunningPlatform(Process up, StringBuilder output, string dataFolder, Uri address)
    {
        _up = up;
        _output = output;
        DataFolder = dataFolder;
        Address = address;
    }

    /// <summary>The folder given as --data.</summary>
    public string DataFolder { get; }

    /// <summary>Where the web process listens.</summary>
    public Uri Address { get; }

    /// <summary>What `up` printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the platform and returns when it says that it is ready.</summary>
    public static async Task<RunningPlatform> StartAsync(CancellationToken cancellationToken)
    {
        var dataFolder = Path.Combine(Path.GetTempPath(), $"annotation-e2e-{Guid.NewGuid():N}");
        var port = FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && IsDotnet(host) ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { CommandPath(), "up", "--data", dataFolder, "--port", $"{port}", "--no-demo" })
        {
            start.ArgumentList.Add(argument);
        }

        // The platform must not inherit another server's address from the person who runs the tests.
        start.Environment.Remove("ANNOTATION_SERVER");
        start.Environment.Remove("ANNOTATION_TOKEN");
        var output = new StringBuilder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        void Read(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
            {
                return;
            }

            lock (output)
            {
                output.AppendLine(line.Data);
            }

            if (line.Data.StartsWith("Ready ", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        }

        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"up ended early:\n{output}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(StartLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"up was not ready within {StartLimit}:\n{output}");
        }

        return new RunningPlatform(process, output, dataFolder, new Uri($"http://localhost:{port}"));
    }

    /// <summary>Stops the platform as Ctrl-C does, checks that it ended cleanly, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_up.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_up.Id}"]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _up.WaitForExitAsync(limit.Token);
        }

        var exitCode = _up.ExitCode;
        _up.Dispose();
        Directory.Delete(DataFolder, recursive: true);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"up ended with exit code {exitCode}:\n{Output}");
        }
    }

    private static bool IsDotnet(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";

    private static string CommandPath() =>
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Annotation.Cli", Configuration(), "annotation.dll");

    // artifacts/bin/<project>/<configuration>: the command beside us was built in the same configuration.
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
