using System.Globalization;
using Npgsql;

namespace Annotation.Cli.Up;

/// <summary>The private PostgreSQL of a data folder: made once, listening on a Unix socket only, stopped with this process.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Owner = "annotation";

    // The launcher's own few connections do not outlive their use: a pooled one could belong to a server that was stopped since.
    private const string OwnConnection = ";Pooling=false;Timeout=3";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DataFolder folder;
    private readonly TimeProvider time;
    private readonly Supervision? supervision;
    private readonly int? attachedProcess;

    private PostgresServer(DataFolder folder, TimeProvider time, Supervision? supervision, int? attachedProcess)
    {
        this.folder = folder;
        this.time = time;
        this.supervision = supervision;
        this.attachedProcess = attachedProcess;
    }

    /// <summary>How web and worker reach the database.</summary>
    public string ConnectionString => ConnectionTo(folder, Owner);

    /// <summary>Makes the cluster if there is none, starts it (or attaches to one that still runs) and makes the database.</summary>
    /// <param name="durable">False for a folder that is thrown away: nothing waits for the disk.</param>
    /// <exception cref="CommandFailedException">No binaries, a folder that is not PostgreSQL's, or one that it cannot start on.</exception>
    public static async Task<PostgresServer> StartAsync(
        DataFolder folder,
        PostgresPlaces places,
        bool durable,
        TimeProvider time,
        Action<string> say,
        CancellationToken cancellation
    )
    {
        var user = SystemUser.Choose();
        user.CheckReach(folder.Path);
        var binaries = PostgresBinaries.Find(places, ClusterVersion(folder), say);
        binaries = Reachable(binaries, user, folder);
        user.MakeOwnFolder(folder.Sockets);
        if (ClusterVersion(folder) is null)
        {
            MakeCluster(folder, binaries, user);
        }

        var running = await FindRunningAsync(folder, time, cancellation);
        var supervision = running is null ? new Supervision(ProgramFor(folder, binaries, user, durable), time, say) : null;
        supervision?.Start();
        var server = new PostgresServer(folder, time, supervision, running);
        try
        {
            await server.WaitAndMakeDatabaseAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops PostgreSQL: open transactions are rolled back, everything committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (supervision is not null)
        {
            await supervision.DisposeAsync();
        }

        if (attachedProcess is { } process)
        {
            Execution.Run(["kill", "-s", "INT", process.ToString(CultureInfo.InvariantCulture)]);
        }
    }

    private static string ConnectionTo(DataFolder folder, string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = folder.Sockets,
            Username = Owner,
            Database = database,
        }.ConnectionString;

    private static int? ClusterVersion(DataFolder folder)
    {
        var file = Path.Combine(folder.Database, "PG_VERSION");
        if (File.Exists(file))
        {
            return int.TryParse(File.ReadAllText(file).Trim().Split('.')[0], out var version)
                ? version
                : throw new CommandFailedException(
                    $"The database in {folder.Database} is broken: its file PG_VERSION is not a version. Restore the folder, or choose another with --data DIR."
                );
        }

        if (
            File.Exists(folder.Database)
            || (Directory.Exists(folder.Database) && Directory.EnumerateFileSystemEntries(folder.Database).Any())
        )
        {
            throw new CommandFailedException(
                $"{folder.Database} is not a PostgreSQL data folder (it has no file PG_VERSION): move it away, restore it, or choose another with --data DIR."
            );
        }

        return null;
    }

    private static void MakeCluster(DataFolder folder, PostgresBinaries binaries, SystemUser user)
    {
        // Made beside and renamed, so that a launcher killed in the middle leaves no half cluster.
        var unfinished = folder.Database + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        user.MakeOwnFolder(unfinished);
        var made = Execution.Run(
            user.Run(
                binaries.Program("initdb"),
                "-D",
                unfinished,
                $"--username={Owner}",
                "--auth-local=trust",
                "--auth-host=reject",
                "--encoding=UTF8",
                "--locale=C.UTF-8"
            )
        );
        if (made.ExitCode != 0)
        {
            throw new CommandFailedException($"PostgreSQL could not make its data folder {folder.Database}: {made.LastLine}");
        }

        if (Directory.Exists(folder.Database))
        {
            Directory.Delete(folder.Database);
        }

        Directory.Move(unfinished, folder.Database);
    }

    private static PostgresBinaries Reachable(PostgresBinaries binaries, SystemUser user, DataFolder folder)
    {
        var runs = Execution.Run(user.Run(binaries.Program("postgres"), "--version"));
        if (runs.ExitCode == 0)
        {
            return binaries;
        }

        // The checkout is closed to PostgreSQL's user: run a copy of the pinned package.
        var copy = Path.Combine(folder.Path, $"postgresql-{binaries.MajorVersion}");
        if (!Directory.Exists(copy))
        {
            var copied = Execution.Run(["cp", "-a", Path.GetDirectoryName(binaries.Folder)!, copy + ".new"]);
            if (copied.ExitCode != 0)
            {
                throw new CommandFailedException(
                    $"The user {user.Name} cannot run {binaries.Program("postgres")}, and copying it failed: {copied.LastLine}"
                );
            }

            Directory.Move(copy + ".new", copy);
        }

        return binaries with
        {
            Folder = Path.Combine(copy, "bin"),
        };
    }

    private static ChildProgram ProgramFor(DataFolder folder, PostgresBinaries binaries, SystemUser user, bool durable)
    {
        string[] throwaway = durable ? [] : ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"];
        return new ChildProgram(
            "PostgreSQL",
            user.Run([
                binaries.Program("postgres"),
                "-D",
                folder.Database,
                "-k",
                folder.Sockets,
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=200",
                .. throwaway,
            ]),
            new Dictionary<string, string> { ["LC_ALL"] = "C" },
            "/",
            folder.LogFile("postgres"),
            "INT",
            TimeSpan.FromSeconds(20)
        );
    }

    // A launcher that was killed leaves a server that is just stopping; one that does not stop is ours to use, as we hold the folder.
    private static async Task<int?> FindRunningAsync(DataFolder folder, TimeProvider time, CancellationToken cancellation)
    {
        var file = Path.Combine(folder.Database, "postmaster.pid");
        var started = time.GetTimestamp();
        while (
            File.Exists(file)
            && int.TryParse(File.ReadLines(file).FirstOrDefault(), out var process)
            && Directory.Exists($"/proc/{process}")
        )
        {
            if (time.GetElapsedTime(started) > TimeSpan.FromSeconds(5) && await AnswersAsync(folder, cancellation) is null)
            {
                return process;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
            if (time.GetElapsedTime(started) > Patience)
            {
                throw new CommandFailedException(
                    $"A PostgreSQL (process {process}) holds {folder.Database} and does not answer: stop it, then start again."
                );
            }
        }

        return null;
    }

    private async Task WaitAndMakeDatabaseAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (await AnswersAsync(folder, cancellation) is { } trouble)
        {
            if (supervision?.EarlyDeathCount > 1 || time.GetElapsedTime(started) > Patience)
            {
                throw new CommandFailedException(
                    $"PostgreSQL does not start on {folder.Database} ({LastComplaint() ?? trouble}): its log is {folder.LogFile("postgres")}; restore the folder, or choose another with --data DIR."
                );
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
        }

        await using var connection = new NpgsqlConnection(ConnectionTo(folder, "postgres") + OwnConnection);
        await connection.OpenAsync(cancellation);
        await using var find = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        find.Parameters.Add(new NpgsqlParameter { Value = Owner });
        if (await find.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand($"create database {Owner}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    private string? LastComplaint() =>
        File.Exists(folder.LogFile("postgres"))
            ? File.ReadLines(folder.LogFile("postgres"))
                .LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal))
            : null;

    private static async Task<string?> AnswersAsync(DataFolder folder, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionTo(folder, "postgres") + OwnConnection);
            await connection.OpenAsync(cancellation);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return e.Message;
        }
    }
}
