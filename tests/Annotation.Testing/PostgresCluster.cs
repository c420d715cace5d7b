using System.Diagnostics;
using Annotation.Domain;
using Annotation.Domain.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Annotation.Testing;

/// <summary>
/// A private PostgreSQL server for one test run, started by the first test that asks and without any care for
/// durability. It ends, and its files go, when this process ends, however it ends.
/// </summary>
public sealed class PostgresCluster
{
    private const string Template = "annotation_template";

    // The server lives as long as the pipe to its watchdog, so the process object must stay reachable.
    private static readonly Lazy<Task<PostgresCluster?>> Shared = new(StartAsync);
    private static readonly SemaphoreSlim OneCopyAtATime = new(1);

    private readonly Process watchdog;
    private readonly string folder;
    private int databaseCount;

    private PostgresCluster(Process watchdog, string folder) => (this.watchdog, this.folder) = (watchdog, folder);

    /// <summary>The server of this test run; null on a machine without PostgreSQL. Fails there when CI=true.</summary>
    public static Task<PostgresCluster?> SharedAsync() => Shared.Value;

    /// <summary>Makes a database of its own for one test class and returns its connection string.</summary>
    /// <param name="migrated">With the schema, the roles and a first admin; otherwise empty.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<string> CreateDatabaseAsync(bool migrated, CancellationToken cancellationToken)
    {
        var name = $"test_{Interlocked.Increment(ref databaseCount)}";
        // PostgreSQL refuses to copy a template that another session is copying.
        await OneCopyAtATime.WaitAsync(cancellationToken);
        try
        {
            await ExecuteAsync($"create database {name} template {(migrated ? Template : "template0")}", cancellationToken);
        }
        finally
        {
            OneCopyAtATime.Release();
        }

        return ConnectionString(name);
    }

    private static async Task<PostgresCluster?> StartAsync()
    {
        if (PostgresBinaries.Find() is not { } binaries)
        {
            return Environment.GetEnvironmentVariable("CI") == "true"
                ? throw new InvalidOperationException("CI=true, but there is no PostgreSQL: install postgresql.")
                : null;
        }

        var folder = Path.Combine(Path.GetTempPath(), $"annotation-test-{Guid.NewGuid():N}"[..28]);
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true };
        // PostgreSQL refuses to run as root; its own user is there wherever its package is.
        string[] dropRoot = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];
        string[] command = [.. Environment.UserName == "root" ? dropRoot : [], "sh", "-c", Script, "postgres-watchdog", folder, binaries];
        start.FileName = command[0];
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        var watchdog = Process.Start(start)!;
        while (await watchdog.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                var cluster = new PostgresCluster(watchdog, folder);
                await cluster.MakeTemplateAsync();
                return cluster;
            }
        }

        throw new InvalidOperationException($"PostgreSQL did not start in {folder} with the programs in {binaries}.");
    }

    private async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"create database {Template}", CancellationToken.None);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAnnotationDomain(ConnectionString(Template) + ";Pooling=false");
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<MigrateAndSeed>().RunAsync(null, null, CancellationToken.None);
    }

    private string ConnectionString(string database) =>
        $"Host={folder};Username=annotation;Database={database};Maximum Pool Size=40;Include Error Detail=true";

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(watchdog.HasExited, watchdog);
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Reads from the test process until that is gone, then stops the server and removes its files.
    private const string Script = """
        set -e
        trap '' INT HUP
        mkdir -m 700 "$1"
        cd "$1"
        "$2/initdb" -D data -U annotation -A trust -E UTF8 --locale=C --no-sync >/dev/null
        "$2/pg_ctl" -D data -l log -w -o "-k '$1' -c listen_addresses= -c fsync=off -c full_page_writes=off \
            -c synchronous_commit=off -c max_connections=300" start >/dev/null
        echo ready
        while read -r _; do :; done
        "$2/pg_ctl" -D data -m immediate stop >/dev/null
        cd /
        rm -rf "$1"
        """;
}
