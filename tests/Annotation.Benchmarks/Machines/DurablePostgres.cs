using System.Diagnostics;
using Annotation.Testing;
using Npgsql;

namespace Annotation.Benchmarks.Machines;

/// <summary>A PostgreSQL server of its own that waits for the disk as in production, and can be killed and started again.</summary>
public sealed class DurablePostgres : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _binaries;
    private Process? _server;

    private DurablePostgres(string folder, string binaries) => (_folder, _binaries) = (folder, binaries);

    /// <summary>The database of the platform.</summary>
    public string ConnectionString => ConnectionTo("annotation");

    /// <summary>The postmaster's process.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>Makes a cluster in a new folder and starts it.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or does not start.</exception>
    public static async Task<DurablePostgres> StartAsync(CancellationToken cancellation)
    {
        var binaries = PostgresBinaries.Find() ?? throw new InvalidOperationException("PostgreSQL is not installed.");
        var folder = Path.Combine(Path.GetTempPath(), $"annotation-load-{Guid.NewGuid():N}"[..28]);
        var made = await RunAsync(AsOwner("mkdir", "-m", "700", folder), cancellation);
        made += await RunAsync(
            AsOwner(
                Path.Combine(binaries, "initdb"),
                "-D",
                folder + "/data",
                "-U",
                "annotation",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C"
            ),
            cancellation
        );
        var postgres =
            made == 0 ? new DurablePostgres(folder, binaries) : throw new InvalidOperationException($"initdb failed in {folder}.");
        await postgres.LaunchAsync(cancellation);
        await postgres.ExecuteAsync("postgres", "create database annotation", cancellation);
        return postgres;
    }

    /// <summary>Fails unless nothing that is acknowledged can be lost by a crash.</summary>
    /// <exception cref="InvalidOperationException">fsync, full_page_writes or synchronous_commit is off.</exception>
    public async Task RequireDurabilityAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit"])
        {
            await using var show = new NpgsqlCommand($"show {setting}", connection);
            if (await show.ExecuteScalarAsync(cancellation) is not "on")
            {
                throw new InvalidOperationException($"{setting} is not on: the figures would not hold in production.");
            }
        }
    }

    /// <summary>Kills the server and every backend with SIGKILL, as a power cut would, and starts it on what the disk has.</summary>
    public async Task KillAndStartAsync(CancellationToken cancellation)
    {
        _server!.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync(cancellation);
        await LaunchAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.Dispose();
        await Task.Delay(500);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        for (var patience = Stopwatch.StartNew(); ; )
        {
            _server = Process.Start(
                StartOf(
                    AsOwner(
                        Path.Combine(_binaries, "postgres"),
                        "-D",
                        _folder + "/data",
                        "-k",
                        _folder,
                        "-c",
                        "listen_addresses=",
                        "-c",
                        "max_connections=300",
                        "-c",
                        "shared_buffers=512MB",
                        "-c",
                        "max_wal_size=4GB"
                    )
                )
            )!;
            _ = _server.StandardError.ReadToEndAsync(cancellation);
            while (!_server.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
            {
                try
                {
                    await ExecuteAsync("postgres", "select 1", cancellation);
                    return;
                }
                catch (NpgsqlException)
                {
                    await Task.Delay(100, cancellation);
                }
            }

            // A backend of the killed server may hold its shared memory a moment longer.
            if (patience.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"PostgreSQL does not start on {_folder}.");
            }

            await Task.Delay(200, cancellation);
        }
    }

    private async Task ExecuteAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database) + ";Pooling=false;Timeout=3");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private string ConnectionTo(string database) => $"Host={_folder};Username=annotation;Database={database}";

    // PostgreSQL refuses to run as root; its own user is there wherever its package is.
    private static string[] AsOwner(params string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command;

    private static ProcessStartInfo StartOf(string[] command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static async Task<int> RunAsync(string[] command, CancellationToken cancellation)
    {
        using var process = Process.Start(StartOf(command))!;
        await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }
}
