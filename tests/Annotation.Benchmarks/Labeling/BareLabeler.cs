using System.Security.Cryptography;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>
/// What the database does for one claim and one submit over HTTP, the same statements in the same exchanges, and
/// nothing else: the claim is the domain's own, which is bare Npgsql already, the submit is written out here as Entity
/// Framework sends it.
/// </summary>
internal sealed class BareLabeler(NpgsqlDataSource database, ClaimNextAssignment claim, Guid personId, Guid projectId)
{
    /// <summary>Claims and submits once; false when there is no task.</summary>
    public async Task<bool> WorkAsync(CancellationToken cancellation)
    {
        await AuthenticateAsync(cancellation);
        await RunAsync("select id from projects where id = $1", [projectId], cancellation);
        var claimed = await claim.RunAsync(personId, projectId, [], cancellation);
        if (!claimed.Succeeded)
        {
            return false;
        }

        await AuthenticateAsync(cancellation);
        await SubmitAsync(claimed.Value, cancellation);
        return true;
    }

    private Task AuthenticateAsync(CancellationToken cancellation) =>
        RunAsync(
            """
            select t.*, p.id, p.user_name, p.display_name, p.disabled_at, r.name
            from api_tokens t join people p on p.id = t.person_id
            left join (select m.user_id, r.name from person_roles m join roles r on r.id = m.role_id) r on r.user_id = p.id
            where t.id = (select id from api_tokens where person_id = $1 limit 1)
            """,
            [personId],
            cancellation
        );

    private async Task SubmitAsync(ClaimedTask task, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync(connection, Lock, [task.AssignmentId, personId], cancellation);
        await RunAsync(connection, "select * from assignments where id = $1 limit 2", [task.AssignmentId], cancellation);
        await using (var batch = new NpgsqlBatch(connection))
        {
            AssignmentContent.AddTo(batch, task.AssignmentId);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await AssignmentContent.ReadAsync(reader, cancellation);
        }

        await StoreAsync(connection, task, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task StoreAsync(NpgsqlConnection connection, ClaimedTask task, CancellationToken cancellation)
    {
        var (answer, ranking, key, at) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.NewGuid(), TimeProvider.System.Now());
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(InsertAnswer, answer, task.AssignmentId, task.TaskId, personId, Value(task), key, at);
        batch.Add(InsertInteraction, key, task.AssignmentId, personId, at);
        batch.Add(InsertRanking, ranking, projectId, task.TaskId, personId, answer, RandomNumberGenerator.GetBytes(32), at);
        foreach (var (position, completion) in task.Completions.Index())
        {
            batch.Add(
                "insert into ranking_items (ranking_id, completion_id, rank, shown_position) values ($1, $2, $3, $4)",
                ranking,
                completion.Id,
                position + 1,
                position
            );
        }

        batch.Add("update assignments set state = 'submitted', ended_at = $2 where id = $1", task.AssignmentId, at);
        batch.Add(Count, task.TaskId, at);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static string Value(ClaimedTask task) =>
        $$"""{"kind":"ranking","ranks":{ {{string.Join(',', task.Completions.Index().Select(p => $"\"{p.Item.Id}\":{p.Index + 1}"))}} } }""";

    private async Task RunAsync(string sql, object[] parameters, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await RunAsync(connection, sql, parameters, cancellation);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, object[] parameters, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) { }
    }

    private const string Lock = """
        select * from labeling_tasks where id = (select task_id from assignments where id = $1 and person_id = $2) for no key update
        """;

    private const string InsertAnswer = """
        insert into answers (id, assignment_id, task_id, person_id, question_key, value, submission_key, active_milliseconds, guideline_version, questionnaire_version, created_at)
        values ($1, $2, $3, $4, 'overall', $5::jsonb, $6, 1000, 1, 0, $7)
        """;

    private const string InsertInteraction = """
        insert into interactions (submission_key, assignment_id, person_id, claimed_at, submitted_at, active_milliseconds)
        values ($1, $2, $3, $4, $4, 1000)
        """;

    private const string InsertRanking = """
        insert into rankings (id, project_id, prompt_id, criterion, labeler_id, labeler_name, answer_id, source, content_hash, judged_at, active_milliseconds, created_at)
        values ($1, $2, (select prompt_id from labeling_tasks where id = $3), 'overall', $4, 'load', $5, 'answer', $6, $7, 1000, $7)
        """;

    private const string Count = """
        update labeling_tasks set judgement_count = judgement_count + 1, lease_count = lease_count - 1,
          closed_at = case when judgement_count + 1 >= judgements_wanted then $2 end,
          closed_judgements = case when judgement_count + 1 >= judgements_wanted then judgement_count + 1 end
        where id = $1
        returning open
        """;
}
