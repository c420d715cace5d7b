using System.Diagnostics;
using System.Globalization;

namespace Annotation.Benchmarks.Machines;

/// <summary>A real web process on a port of its own, which can be killed and started again.</summary>
public sealed class WebProcess : IDisposable
{
    private readonly string _connection;
    private readonly string _artifacts;
    private readonly HttpClient _http = new();
    private Process? _process;

    private WebProcess(int port, string connection, string artifacts)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        (_connection, _artifacts) = (connection, artifacts);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<WebProcess> StartAsync(int port, string connection, CancellationToken cancellation)
    {
        var artifacts = Path.Combine(Path.GetTempPath(), "annotation-load-artifacts");
        Directory.CreateDirectory(artifacts);
        var web = new WebProcess(port, connection, artifacts);
        await web.LaunchAsync(cancellation);
        return web;
    }

    /// <summary>Ends it with SIGKILL: nothing is finished, nothing is said.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts it again on the same port and waits until it is ready.</summary>
    public async Task LaunchAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { ProgramPath() },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["ConnectionStrings__Annotation"] = _connection;
        start.Environment["Annotation__Artifacts"] = _artifacts;
        start.Environment["Logging__LogLevel__Default"] = "None";
        // As `up` and the image have it.
        start.Environment["DOTNET_GCgen0size"] = "4000000";
        _process = Process.Start(start)!;
        _ = _process.StandardOutput.ReadToEndAsync(cancellation);
        _ = _process.StandardError.ReadToEndAsync(cancellation);
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromMinutes(2); )
        {
            if (_process.HasExited)
            {
                // The database may be starting itself.
                _process.Dispose();
                await Task.Delay(200, cancellation);
                await LaunchAsync(cancellation);
                return;
            }

            try
            {
                using var ready = await _http.GetAsync(new Uri(Address, "health/live"), cancellation);
                if (ready.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, cancellation);
        }

        throw new InvalidOperationException($"The web process on {Address} does not become ready.");
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.Dispose();
        }

        _http.Dispose();
    }

    // artifacts/bin/<project>/<configuration>: the web application beside us was built in the same configuration.
    private static string ProgramPath()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, "Annotation.Web", here.Name, "Annotation.Web.dll");
    }
}
