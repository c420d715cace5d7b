using System.Diagnostics;
using System.Globalization;
using Annotation.Cli.Up;
using Annotation.Client;
using Xunit;

namespace Annotation.Cli.Tests.Up;

/// <summary>The built command, started as people start it: real PostgreSQL, web server and worker.</summary>
public sealed class UpTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-up-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(folder, "data");

    public UpTests() =>
        // Where PostgreSQL runs as another user it has to pass through.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_becomes_ready_stops_cleanly_and_goes_on_where_it_was()
    {
        var admin = await RunUntilStoppedAsync(async admin =>
        {
            using var client = new AnnotationClient(admin.Server, admin.Token);
            Assert.True(await client.Operations.IsReadyAsync(Cancellation));
            Assert.Contains(await client.Operations.ListWorkersAsync(Cancellation), worker => worker.Alive);
            Assert.Contains("admin", (await client.Accounts.WhoAmIAsync(Cancellation)).Roles);
            await client.Projects.CreateAsync(new("kept"), Cancellation);

            // Other verbs find the platform by themselves.
            var list = await Run("projects", "list", "--json");
            Assert.Contains("\"kept\"", list.Output, StringComparison.Ordinal);

            var second = await Run("up", "--data", Data, "--port", "0");
            Assert.Equal(1, second.Code);
            Assert.Contains("already runs on", second.Errors, StringComparison.Ordinal);

            var port = new Uri(admin.Server).Port.ToString(CultureInfo.InvariantCulture);
            var taken = await Run("up", "--data", Path.Combine(folder, "other"), "--port", port);
            Assert.Equal(1, taken.Code);
            Assert.Contains($"Port {port} is taken", taken.Errors, StringComparison.Ordinal);
        });
        var again = await RunUntilStoppedAsync(async admin =>
        {
            using var client = new AnnotationClient(admin.Server, admin.Token);
            Assert.Equal("kept", (await client.Projects.ShowAsync("kept", Cancellation)).Name);
        });
        Assert.Equal(admin.Password, again.Password);
    }

    [Fact]
    public async Task Nothing_survives_a_launcher_that_is_killed()
    {
        using var up = Start("up", "--data", Data, "--port", "0", "--no-demo");
        await ReadyAsync(up);
        Assert.True(OwnProcesses().Count >= 3);
        up.Kill();
        await up.WaitForExitAsync(Cancellation);
        await AllGoneAsync(TimeSpan.FromSeconds(15));
    }

    private async Task<FirstAdmin> RunUntilStoppedAsync(Func<FirstAdmin, Task> check)
    {
        using var up = Start("up", "--data", Data, "--port", "0", "--no-demo");
        var admin = await ReadyAsync(up);
        try
        {
            await check(admin);
        }
        finally
        {
            using var kill = Process.Start("kill", ["-s", "TERM", up.Id.ToString(CultureInfo.InvariantCulture)]);
            await up.WaitForExitAsync(Cancellation);
        }

        Assert.Equal(0, up.ExitCode);
        // The shell beside each program may sleep out its last second.
        await AllGoneAsync(TimeSpan.FromSeconds(2));
        return admin;
    }

    private async Task AllGoneAsync(TimeSpan patience)
    {
        var limit = Stopwatch.StartNew();
        while (OwnProcesses().Count > 0 && limit.Elapsed < patience)
        {
            await Task.Delay(100, Cancellation);
        }

        Assert.Empty(OwnProcesses());
    }

    private static async Task<FirstAdmin> ReadyAsync(Process up)
    {
        var ready = await up.StandardOutput.ReadLineAsync(Cancellation);
        Assert.True(ready is not null, ready ?? await up.StandardError.ReadToEndAsync(Cancellation));
        Assert.StartsWith("Ready http://localhost:", ready, StringComparison.Ordinal);
        var file = await up.StandardOutput.ReadLineAsync(Cancellation);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file!));
        return FirstAdmin.Read(file!)!;
    }

    // Whatever was started for this test's folder names it in its command line or environment.
    private List<int> OwnProcesses()
    {
        var found = new List<int>();
        foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (
                    File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Data, StringComparison.Ordinal)
                    || File.ReadAllText(Path.Combine(process, "environ")).Contains(Data, StringComparison.Ordinal)
                )
                {
                    found.Add(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is another user's.
            }
        }

        return found;
    }

    private async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, output, await errors);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "annotation"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The person who runs the tests keeps the platform that their own commands speak to.
        start.Environment["XDG_DATA_HOME"] = Path.Combine(folder, "home");
        start.Environment.Remove("ANNOTATION_SERVER");
        start.Environment.Remove("ANNOTATION_TOKEN");
        start.Environment.Remove("ConnectionStrings__Annotation");
        return Process.Start(start)!;
    }
}
