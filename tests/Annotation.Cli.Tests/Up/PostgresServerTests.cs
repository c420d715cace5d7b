using Annotation.Cli.Up;
using Npgsql;
using Xunit;

namespace Annotation.Cli.Tests.Up;

/// <summary>The private PostgreSQL of `up`, with the one that this machine has.</summary>
public sealed class PostgresServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-up-").FullName;
    private readonly List<string> said = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_starts_stops_and_goes_on_where_it_was()
    {
        using (var data = Open())
        {
            await using var server = await StartAsync(data);
            await ExecuteAsync(server, "create table kept (x int); insert into kept values (42)");
        }

        using (var data = Open())
        {
            await using var server = await StartAsync(data);
            Assert.Equal(42, await ExecuteAsync(server, "select x from kept"));
        }

        Assert.False(File.Exists(Path.Combine(folder, "postgres", "postmaster.pid")));
    }

    [Fact]
    public void A_second_launcher_is_told_who_holds_the_folder()
    {
        using var data = Open();
        data.NoteHolder("http://localhost:5080");
        var refused = Assert.Throws<CommandFailedException>(() => DataFolder.Open(folder));
        Assert.Contains($"process {Environment.ProcessId}, http://localhost:5080", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_PostgreSQLs_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(folder, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(folder, "postgres", "letter.txt"), "dear", Cancellation);
        using var data = Open();
        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => StartAsync(data));
        Assert.Contains("has no file PG_VERSION", refused.Message, StringComparison.Ordinal);
        Assert.Equal("dear", await File.ReadAllTextAsync(Path.Combine(folder, "postgres", "letter.txt"), Cancellation));
    }

    [Fact]
    public async Task A_broken_cluster_is_said_to_be_so_with_its_log()
    {
        using (var data = Open())
        {
            await using var server = await StartAsync(data);
        }

        File.Delete(Path.Combine(folder, "postgres", "global", "pg_control"));
        using (var data = Open())
        {
            var refused = await Assert.ThrowsAsync<CommandFailedException>(() => StartAsync(data));
            Assert.Contains("does not start on", refused.Message, StringComparison.Ordinal);
            Assert.Contains("postgres.log", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_data_folder_that_is_a_file_is_refused()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        var refused = Assert.Throws<CommandFailedException>(() => DataFolder.Open(file));
        Assert.Contains("--data DIR", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_PostgreSQLs_user_cannot_reach_is_refused_with_the_parent_to_open()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root changes to another user.");
        using var data = DataFolder.Open(Path.Combine(folder, "below"));
        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => StartAsync(data));
        Assert.Contains($"chmod o+x {folder}`", refused.Message, StringComparison.Ordinal);
    }

    private DataFolder Open()
    {
        var data = DataFolder.Open(folder);
        data.MakeFolders();
        return data;
    }

    private async Task<PostgresServer> StartAsync(DataFolder data)
    {
        var places = PostgresPlaces.OfThisMachine();
        if (places.Installed().FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb"))) is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "PostgreSQL is not installed.");
        }

        return await PostgresServer.StartAsync(data, places, durable: false, TimeProvider.System, said.Add, Cancellation);
    }

    private static async Task<object?> ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
