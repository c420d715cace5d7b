using Npgsql;

namespace Annotation.Domain.Runs;

/// <summary>How long ago a run's worker told of itself, by the database's clock: workers' own clocks may differ.</summary>
public static class HeartbeatAge
{
    /// <summary>Whether the run's last heartbeat is older than this.</summary>
    public static async Task<bool> IsStaleAsync(NpgsqlDataSource database, Guid runId, TimeSpan limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "select coalesce(heartbeat_at, created_at) < now() - @limit from runs where id = @id"
        );
        command.Parameters.AddWithValue("id", runId);
        command.Parameters.AddWithValue("limit", limit);
        return await command.ExecuteScalarAsync(ct) is true;
    }
}
