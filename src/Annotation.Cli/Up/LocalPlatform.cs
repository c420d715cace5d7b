using System.Net;
using System.Net.Sockets;
using Annotation.Client;
using Npgsql;

namespace Annotation.Cli.Up;

/// <summary>
/// The whole platform on this machine: PostgreSQL, web server and one worker, each its own process, kept running until disposed.
/// They are stopped in the opposite order, the worker first, so that it can write a checkpoint.
/// </summary>
public sealed class LocalPlatform : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // In the order of starting.
    private readonly List<IAsyncDisposable> running = [];
    private readonly DataFolder folder;
    private readonly TimeProvider time;
    private readonly Action<string> say;

    private LocalPlatform(DataFolder folder, FirstAdmin admin, TimeProvider time, Action<string> say)
    {
        this.folder = folder;
        this.time = time;
        this.say = say;
        Admin = admin;
    }

    /// <summary>The first admin, with the server's address.</summary>
    public FirstAdmin Admin { get; }

    /// <summary>The file that holds <see cref="Admin"/>.</summary>
    public string AdminFile => folder.AdminFile;

    /// <summary>The data folder.</summary>
    public string Data => folder.Path;

    /// <summary>Starts everything and returns when all of it is ready: database, migrations, web server and the worker's heartbeat.</summary>
    /// <param name="settings">What to start.</param>
    /// <param name="time">Clock of waits and restarts.</param>
    /// <param name="say">Told what happens, one sentence at a time.</param>
    /// <param name="cancellation">Stops what was started.</param>
    /// <exception cref="CommandFailedException">Something a person can mend stands in the way.</exception>
    public static async Task<LocalPlatform> StartAsync(
        UpSettings settings,
        TimeProvider time,
        Action<string> say,
        CancellationToken cancellation
    )
    {
        var programs = BuiltPrograms.Find(AppContext.BaseDirectory);
        var folder = DataFolder.Open(settings.Data);
        LocalPlatform? platform = null;
        try
        {
            var server = $"http://localhost:{ClaimPort(settings.Port)}";
            folder.NoteHolder(server);
            folder.MakeFolders();
            platform = new LocalPlatform(folder, FirstAdmin.Keep(folder.AdminFile, server), time, say);
            await platform.StartProgramsAsync(settings, programs, cancellation);
            return platform;
        }
        catch
        {
            if (platform is null)
            {
                folder.Dispose();
            }
            else
            {
                await platform.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Stops worker, web server and PostgreSQL, in this order, and gives the data folder back.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = running.Count - 1; i >= 0; i--)
        {
            await running[i].DisposeAsync();
        }

        running.Clear();
        folder.Dispose();
    }

    private async Task StartProgramsAsync(UpSettings settings, BuiltPrograms programs, CancellationToken cancellation)
    {
        // A heartbeat that an earlier worker left behind is not ours.
        var start = time.GetUtcNow();
        var connection = settings.ConnectionString;
        if (connection is null)
        {
            var postgres = await PostgresServer.StartAsync(
                folder,
                PostgresPlaces.OfThisMachine(),
                settings.Durable,
                time,
                say,
                cancellation
            );
            running.Add(postgres);
            connection = postgres.ConnectionString;
        }
        else
        {
            await CheckConfiguredAsync(connection, cancellation);
        }

        var environment = ChildEnvironment(connection, settings.DemoProject);
        var web = Supervise(
            "web",
            programs.Web,
            [
                .. environment,
                new("ASPNETCORE_URLS", Admin.Server),
                new("Annotation__AdminFile", folder.AdminFile),
                new("DOTNET_GCgen0size", WebGeneration0),
            ],
            TimeSpan.FromSeconds(15)
        );
        // The worker takes no port that anybody should know.
        var worker = Supervise(
            "worker",
            programs.Worker,
            environment.Append(new("ASPNETCORE_URLS", "http://127.0.0.1:0")),
            TimeSpan.FromSeconds(60)
        );
        using var client = new AnnotationClient(Admin.Server, Admin.Token);
        await WaitAsync(web, client.Operations.IsReadyAsync, cancellation);
        await WaitAsync(
            worker,
            async token => (await client.Operations.ListWorkersAsync(token)).Any(w => w.Alive && w.StartedAt >= start),
            cancellation
        );
    }

    // 64 MiB (hexadecimal): requests allocate much that is dead at once, and each collection makes all of them wait.
    private const string WebGeneration0 = "4000000";

    private Supervision Supervise(string name, string program, IEnumerable<KeyValuePair<string, string>> environment, TimeSpan stopTime)
    {
        var supervision = new Supervision(
            new ChildProgram(
                name,
                [program],
                new Dictionary<string, string>(environment),
                Path.GetDirectoryName(program)!,
                folder.LogFile(name),
                "TERM",
                stopTime
            ),
            time,
            say
        );
        supervision.Start();
        running.Add(supervision);
        return supervision;
    }

    private async Task WaitAsync(Supervision supervision, Func<CancellationToken, Task<bool>> isReady, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (!await TryAsync(isReady, cancellation))
        {
            if (supervision.EarlyDeathCount > 2 || time.GetElapsedTime(started) > Patience)
            {
                var log = supervision.Program.LogFile;
                var last = File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Trim().Length > 0) : null;
                throw new CommandFailedException(
                    $"The {supervision.Program.Name} does not become ready; its log is {log}, and ends: {last?.Trim() ?? "(empty)"}"
                );
            }

            await Task.Delay(TimeSpan.FromMilliseconds(150), time, cancellation);
        }
    }

    private static async Task<bool> TryAsync(Func<CancellationToken, Task<bool>> isReady, CancellationToken cancellation)
    {
        try
        {
            return await isReady(cancellation);
        }
        catch (AnnotationException)
        {
            return false;
        }
    }

    private Dictionary<string, string> ChildEnvironment(string connection, bool demoProject)
    {
        // The programs start with the same .NET as this command, wherever it is installed.
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return new()
        {
            ["ConnectionStrings__Annotation"] = connection,
            ["Annotation__Artifacts"] = folder.Artifacts,
            ["Annotation__Demo"] = demoProject ? "true" : "false",
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..")),
        };
    }

    private static int ClaimPort(int port)
    {
        // Both families, as the web server listens on both; a port that is free now can be taken before it starts, which its log then says.
        var found = port;
        try
        {
            using var four = new TcpListener(IPAddress.Loopback, port);
            four.Start();
            found = ((IPEndPoint)four.LocalEndpoint).Port;
            using var six = new TcpListener(IPAddress.IPv6Loopback, found);
            six.Start();
            return found;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new CommandFailedException(
                e.SocketErrorCode == SocketError.AccessDenied
                    ? $"This user may not listen on port {port}: choose one above 1023 with --port N."
                    : $"Port {port} is taken by another program: stop it, or choose another port with --port N."
            );
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            // No IPv6 on this machine: the first listener found the port free.
            return found;
        }
    }

    private static async Task CheckConfiguredAsync(string connection, CancellationToken cancellation)
    {
        try
        {
            await using var probe = new NpgsqlConnection(connection);
            await probe.OpenAsync(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or SocketException or TimeoutException)
        {
            throw new CommandFailedException(
                $"The database of ConnectionStrings__Annotation does not answer ({e.Message}): start it or correct the setting, or unset it to use a private PostgreSQL."
            );
        }
    }
}
