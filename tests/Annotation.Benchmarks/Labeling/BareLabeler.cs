using System.Security.Cryptography;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>
/// What the database does for one claim and one submit over HTTP, the same statements in the same exchanges, and
/// nothing else: the token's check and the claim are the domain's own, which are bare Npgsql already, the submit is written out
/// here as Entity Framework sends it.
/// </summary>
internal sealed class BareLabeler(
    NpgsqlDataSource database,
    VerifyApiToken verify,
    ClaimNextAssignment claim,
    LoadLabeler labeler,
    Guid projectId
)
{
    private readonly Guid personId = labeler.PersonId;

    /// <summary>Claims and submits once; false when there is no task.</summary>
    public async Task<bool> WorkAsync(CancellationToken cancellation)
    {
        await verify.RunAsync(labeler.Token, cancellation);
        var claimed = await claim.RunAsync(personId, projectId, [], cancellation);
        if (!claimed.Succeeded)
        {
            return false;
        }

        await verify.RunAsync(labeler.Token, cancellation);
        await SubmitAsync(claimed.Value, cancellation);
        return true;
    }

    private async Task SubmitAsync(ClaimedTask task, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var batch = new NpgsqlBatch(connection))
        {
            TaskLock.AddTo(batch, task.AssignmentId, personId);
            AssignmentContent.AddTo(batch, task.AssignmentId);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            await AssignmentContent.ReadAsync(reader, cancellation);
        }

        await RunAsync(connection, Held, [task.AssignmentId], cancellation);
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

    private static async Task RunAsync(NpgsqlConnection connection, string sql, object[] parameters, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) { }
    }

    private const string Held = """
        select t.*, a.*, t.two_sided and exists (
          select 1 from assignments o
          where o.task_id = t.id and o.id <> a.id and o.seat = a.seat and o.state in ('active', 'submitted'))
        from assignments a join labeling_tasks t on t.id = a.task_id
        where a.id = $1 limit 2
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
