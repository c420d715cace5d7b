using Npgsql;

namespace Annotation.Domain.Runs;

/// <summary>
/// A database session of its own that holds advisory locks while a run executes: one on the run, one on the device
/// it trains on. The locks end with the session, so a killed worker frees them at once; a frozen worker keeps them
/// until somebody ends its session (<see cref="EndHolderAsync"/>).
/// </summary>
public sealed class RunLock : IAsyncDisposable
{
    // Not pooled: a pooled session would keep its locks after Dispose. Keepalive finds a dead network in seconds.
    private const string Options = ";Pooling=false;Keepalive=5;Command Timeout=10;Application Name=annotation run lock";

    private readonly NpgsqlConnection _connection;

    private RunLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock on a run, or returns null when another session holds it.</summary>
    public static async Task<RunLock?> TryTakeRunAsync(string connectionString, Guid runId, CancellationToken ct)
    {
        var runLock = new RunLock(new NpgsqlConnection(connectionString + Options));
        try
        {
            await runLock._connection.OpenAsync(ct);
            if (await runLock.TryLockAsync(RunName(runId), ct))
            {
                return runLock;
            }
        }
        catch
        {
            await runLock.DisposeAsync();
            throw;
        }
        await runLock.DisposeAsync();
        return null;
    }

    /// <summary>Takes the lock on one device of one host: whoever holds it is the only one who trains there.</summary>
    public Task<bool> TryTakeDeviceAsync(string host, string device, CancellationToken ct) =>
        TryLockAsync($"annotation device {host} {device}", ct);

    /// <summary>Asks the database whether this session, and so its locks, still live; throws when they do not.</summary>
    public async Task PingAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select 1", _connection);
        await command.ExecuteScalarAsync(ct);
    }

    /// <summary>
    /// Ends the session that holds a run's lock, which frees its locks. For a worker whose heartbeat has stopped
    /// although its session lives (a frozen process): what it does when it wakes is refused by the epoch.
    /// </summary>
    /// <returns>Whether a session was ended.</returns>
    public static async Task<bool> EndHolderAsync(string connectionString, Guid runId, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_locks
            where locktype = 'advisory' and objsubid = 1 and granted
              and database = (select oid from pg_database where datname = current_database())
              and (classid::bigint << 32) | objid::bigint = hashtextextended(@name, 0)
            """,
            connection
        );
        command.Parameters.AddWithValue("name", RunName(runId));
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Frees the locks before it returns: a session that is merely closed keeps them until the server notices.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (_connection)
        {
            try
            {
                await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", _connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
            {
                // The session is gone, and its locks with it.
            }
        }
    }

    private static string RunName(Guid runId) => $"annotation run {runId}";

    private async Task<bool> TryLockAsync(string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended(@name, 0))", _connection);
        command.Parameters.AddWithValue("name", name);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
