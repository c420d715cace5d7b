using Npgsql;
using NpgsqlTypes;

namespace Annotation.Domain.Runs;

/// <summary>
/// This worker's hold on a run. Each claim raises the run's epoch, and every write of a worker names the epoch it
/// holds: a worker that was frozen while another took its run over changes nothing when it wakes.
/// </summary>
public sealed class RunClaim
{
    // A claim of a lost run is found out by the row that an update did not change.
    private const string Mine = "where id = @id and epoch = @epoch and state = 'running'";

    private readonly NpgsqlDataSource _database;

    private RunClaim(NpgsqlDataSource database, Guid runId, int epoch)
    {
        _database = database;
        RunId = runId;
        Epoch = epoch;
    }

    public Guid RunId { get; }

    /// <summary>The fencing number of this claim.</summary>
    public int Epoch { get; }

    /// <summary>Claims a run that waits, or whose worker is gone. Call with the run's lock held.</summary>
    /// <returns>Null when the run is neither queued nor running.</returns>
    public static async Task<RunClaim?> TakeAsync(NpgsqlDataSource database, Guid runId, string worker, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            update runs set epoch = epoch + 1, state = 'running', worker = @worker, heartbeat_at = now(), notice = null,
                started_at = coalesce(started_at, now()), error = null, ended_at = null
            where id = @id and state in ('queued', 'running') returning epoch
            """
        );
        command.Parameters.AddWithValue("id", runId);
        command.Parameters.AddWithValue("worker", worker);
        return await command.ExecuteScalarAsync(ct) is int epoch ? new RunClaim(database, runId, epoch) : null;
    }

    /// <summary>Tells the database that the worker lives, and learns what people want of the run.</summary>
    public async Task<StopReason> HeartbeatAsync(CancellationToken ct)
    {
        await using var command = Command(
            $"""
            update runs set heartbeat_at = now() {Mine}
            returning cancel_requested_at is not null, pause_requested_at is not null
            """
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return StopReason.Lost;
        }
        return reader.GetBoolean(0) ? StopReason.Cancel
            : reader.GetBoolean(1) ? StopReason.Pause
            : StopReason.None;
    }

    /// <summary>Stores progress, and tells listeners of the channel <c>run_progress</c> the run's id.</summary>
    /// <returns>False when the run is no longer this worker's; then nothing was stored.</returns>
    public async Task<bool> RecordAsync(ProgressBatch batch, CancellationToken ct)
    {
        await using var connection = await _database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // The update locks the row: a claim by another worker waits for this transaction or makes it change nothing.
        await using var update = Command($"update runs set step = @step, total_steps = @total {Mine}", connection);
        update.Parameters.AddWithValue("step", batch.Step);
        update.Parameters.AddWithValue("total", batch.TotalSteps);
        if (await update.ExecuteNonQueryAsync(ct) == 0)
        {
            return false;
        }
        // A resumed run passes the steps since its checkpoint again and measures the same values.
        await using var metrics = Command(
            """
            insert into run_metrics (run_id, step, name, value, at)
            select distinct on (step, name) @id, step, name, value, now()
            from unnest(@steps, @names, @values) as m (step, name, value)
            on conflict (run_id, step, name) do update set value = excluded.value
            """,
            connection
        );
        metrics.Parameters.AddWithValue("steps", batch.Metrics.Select(m => m.Step).ToArray());
        metrics.Parameters.AddWithValue("names", batch.Metrics.Select(m => m.Name).ToArray());
        metrics.Parameters.AddWithValue("values", batch.Metrics.Select(m => m.Value).ToArray());
        await metrics.ExecuteNonQueryAsync(ct);
        foreach (var sample in batch.Samples)
        {
            await using var insert = Command(
                """
                insert into run_samples (id, run_id, step, prompt, completion, score)
                select @sample, @id, @step, @prompt, @completion, @score
                where not exists (select 1 from run_samples
                    where run_id = @id and step = @step and prompt = @prompt and completion = @completion)
                """,
                connection
            );
            insert.Parameters.AddWithValue("sample", Guid.CreateVersion7());
            insert.Parameters.AddWithValue("step", sample.Step);
            insert.Parameters.AddWithValue("prompt", sample.Prompt);
            insert.Parameters.AddWithValue("completion", sample.Completion);
            insert.Parameters.Add(new("score", NpgsqlDbType.Double) { Value = (object?)sample.Score ?? DBNull.Value });
            await insert.ExecuteNonQueryAsync(ct);
        }
        await using var notify = Command("select pg_notify('run_progress', @id::text)", connection);
        await notify.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Stores a line for the run's readers.</summary>
    public Task NoteAsync(string notice, CancellationToken ct) => ChangeAsync("notice = @notice", ct, ("notice", notice));

    /// <summary>Stores the other reward models of a sum that scores, for the lineage of what the run makes.</summary>
    public Task UseMoreRewardsAsync(IReadOnlyCollection<Guid> rewardModelIds, CancellationToken ct) =>
        ChangeAsync("more_reward_model_ids = @rewards", ct, ("rewards", rewardModelIds.ToArray()));

    /// <summary>Stores which models and set the run really uses, where nobody had named them.</summary>
    public Task UseAsync(Guid? baseModelId, Guid? rewardModelId, Guid? preferenceSetId, CancellationToken ct) =>
        ChangeAsync(
            """
            base_model_id = coalesce(base_model_id, @base), reward_model_id = coalesce(reward_model_id, @reward),
            preference_set_id = coalesce(preference_set_id, @set)
            """,
            ct,
            ("base", baseModelId),
            ("reward", rewardModelId),
            ("set", preferenceSetId)
        );

    /// <summary>Ends the run with an error that a person can act on.</summary>
    public Task<bool> FailAsync(string sentence, CancellationToken ct) =>
        EndAsync(RunState.Failed, "ended_at = now(), error = @error", ct, "", ("error", sentence));

    /// <summary>Ends the run because a person canceled it.</summary>
    public Task<bool> CancelAsync(CancellationToken ct) => EndAsync(RunState.Canceled, "ended_at = now()", ct);

    /// <summary>Leaves the run at its checkpoint until a person resumes it.</summary>
    /// <returns>False when it was resumed before it had stopped, or is no longer this worker's.</returns>
    public Task<bool> PauseAsync(CancellationToken ct) =>
        EndAsync(RunState.Paused, "pause_requested_at = null", ct, where: "and pause_requested_at is not null");

    /// <summary>Gives the run back, for another worker to go on.</summary>
    public Task<bool> ReleaseAsync(CancellationToken ct) => EndAsync(RunState.Queued, "worker = null", ct);

    /// <summary>A command with the parameters of this claim, whose condition is <c>where id = @id and epoch = @epoch …</c>.</summary>
    internal NpgsqlCommand Command(string sql, NpgsqlConnection? connection = null)
    {
        var command = connection is null ? _database.CreateCommand(sql) : new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("id", RunId);
        command.Parameters.AddWithValue("epoch", Epoch);
        return command;
    }

    private Task<bool> EndAsync(
        RunState state,
        string assignments,
        CancellationToken ct,
        string where = "",
        params (string Name, object? Value)[] values
    ) => TryChangeAsync($"state = '{state.ToString().ToLowerInvariant()}', {assignments}", where, values, ct);

    private async Task ChangeAsync(string assignments, CancellationToken ct, params (string, object?)[] values)
    {
        if (!await TryChangeAsync(assignments, "", values, ct))
        {
            throw new ClaimLostException(RunId, Epoch);
        }
    }

    private async Task<bool> TryChangeAsync(string assignments, string where, (string, object?)[] values, CancellationToken ct)
    {
        await using var command = Command($"update runs set {assignments} {Mine} {where}");
        foreach (var (name, value) in values)
        {
            // An untyped null needs a type; the nullable ones are ids.
            command.Parameters.Add(
                value is null or Guid ? new(name, NpgsqlDbType.Uuid) { Value = value ?? DBNull.Value } : new NpgsqlParameter(name, value)
            );
        }
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }
}
