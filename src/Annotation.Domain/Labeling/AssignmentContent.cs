using System.Text.Json;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Everything about one assignment that is shown to its labeler or needed to store the answers, read in one exchange
/// with the database: this is done for each claim and each submit.
/// </summary>
internal sealed class AssignmentContent
{
    public required Guid AssignmentId { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset LeaseUntil { get; init; }
    public required AssignmentState State { get; init; }
    public required int GuidelineVersion { get; init; }
    public required int QuestionnaireVersion { get; init; }
    public required string Labeler { get; init; }
    public required Guid TaskId { get; init; }
    public required LabelingTaskKind Kind { get; init; }
    public required Guid ProjectId { get; init; }
    public required string ProjectName { get; init; }
    public required string Guideline { get; init; }
    public required string ContentWarning { get; init; }
    public required Guid PromptId { get; init; }
    public required IReadOnlyList<PromptMessage> Prompt { get; init; }
    public required IReadOnlyList<string> ContentFlags { get; init; }
    public required string? Language { get; init; }
    public required int? CompletionsWanted { get; init; }
    public required Draft? Draft { get; init; }

    /// <summary>In the order shown.</summary>
    public required IReadOnlyList<AssignedCompletion> Completions { get; init; }

    /// <summary>Those that there were when the task was handed out; none for a text to write.</summary>
    public required IReadOnlyList<Criterion> Criteria { get; init; }

    public required IReadOnlyList<Question> Questions { get; init; }

    /// <summary>All answers ever given under the assignment, of whatever submission.</summary>
    public required IReadOnlyList<StoredAnswer> Answers { get; init; }

    /// <summary>
    /// Locks the task of this person's assignment and reads, in the same exchange, on the context's connection and in its
    /// transaction; null when there is no such assignment.
    /// </summary>
    public static async Task<AssignmentContent?> LockAsync(
        AnnotationDbContext db,
        Guid assignmentId,
        Guid personId,
        CancellationToken cancellationToken
    )
    {
        await using var batch = db.CreateBatch();
        TaskLock.AddTo(batch, assignmentId, personId);
        AddTo(batch, assignmentId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        await reader.NextResultAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Adds what <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/> reads.</summary>
    public static void AddTo(NpgsqlBatch batch, Guid assignmentId)
    {
        batch.Add(Sql.Assignment, assignmentId);
        batch.Add(Sql.Completions, assignmentId);
        batch.Add(Sql.Criteria, assignmentId);
        batch.Add(Sql.Answers, assignmentId);
    }

    /// <summary>Reads it from the next result on.</summary>
    public static async Task<AssignmentContent> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        var assignmentId = reader.GetGuid(0);
        var order = reader.GetFieldValue<Guid[]>(6);
        var claimedAt = reader.GetFieldValue<DateTimeOffset>(7);
        var kind = Enum.Parse<LabelingTaskKind>(reader.GetString(10), ignoreCase: true);
        var questions = await reader.IsDBNullAsync(18, cancellationToken)
            ? null
            : JsonSerializer.Deserialize<IReadOnlyList<Question>>(reader.GetString(18), Question.Json);
        var row = new
        {
            Version = reader.GetInt32(1),
            LeaseUntil = reader.GetFieldValue<DateTimeOffset>(2),
            State = Enum.Parse<AssignmentState>(reader.GetString(3), ignoreCase: true),
            GuidelineVersion = reader.GetInt32(4),
            QuestionnaireVersion = reader.GetInt32(5),
            Labeler = reader.GetString(8),
            TaskId = reader.GetGuid(9),
            ProjectId = reader.GetGuid(11),
            ProjectName = reader.GetString(12),
            Guideline = reader.GetString(13),
            ContentWarning = reader.GetString(14),
            PromptId = reader.GetGuid(15),
            Prompt = JsonSerializer.Deserialize<IReadOnlyList<PromptMessage>>(reader.GetString(16))!,
            ContentFlags = reader.GetFieldValue<string[]>(17),
            Language = reader.Maybe<string>(19),
            Revision = reader.MaybeValue<long>(20),
            Content = reader.Maybe<string>(21),
            SavedAt = reader.MaybeValue<DateTimeOffset>(22),
            CompletionsWanted = reader.MaybeValue<int>(23),
        };
        await reader.NextResultAsync(cancellationToken);
        var completions = await ReadCompletionsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var criteria = await ReadCriteriaAsync(reader, claimedAt, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var answers = await ReadAnswersAsync(reader, cancellationToken);
        return new AssignmentContent
        {
            AssignmentId = assignmentId,
            Version = row.Version,
            LeaseUntil = row.LeaseUntil,
            State = row.State,
            GuidelineVersion = row.GuidelineVersion,
            QuestionnaireVersion = row.QuestionnaireVersion,
            Labeler = row.Labeler,
            TaskId = row.TaskId,
            Kind = kind,
            ProjectId = row.ProjectId,
            ProjectName = row.ProjectName,
            Guideline = row.Guideline,
            ContentWarning = row.ContentWarning,
            PromptId = row.PromptId,
            Prompt = row.Prompt,
            ContentFlags = row.ContentFlags,
            Language = row.Language,
            CompletionsWanted = row.CompletionsWanted,
            Draft = row.Revision is { } revision
                ? new Draft
                {
                    AssignmentId = assignmentId,
                    Revision = revision,
                    Content = row.Content!,
                    SavedAt = row.SavedAt!.Value,
                }
                : null,
            Completions = [.. order.Select(id => completions[id])],
            Criteria = kind == LabelingTaskKind.Ranking ? criteria : [],
            // A newer questionnaire, or a criterion added since, asks nothing of work that is under way.
            Questions = Questionnaire.For(questions ?? Questionnaire.Default(criteria), kind, order.Length),
            Answers = answers,
        };
    }

    private static async Task<Dictionary<Guid, AssignedCompletion>> ReadCompletionsAsync(
        NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var completions = new Dictionary<Guid, AssignedCompletion>();
        while (await reader.ReadAsync(cancellationToken))
        {
            completions[reader.GetGuid(0)] = new AssignedCompletion(reader.GetGuid(0), reader.GetString(1), reader.Maybe<string>(2));
        }

        return completions;
    }

    private static async Task<List<Criterion>> ReadCriteriaAsync(
        NpgsqlDataReader reader,
        DateTimeOffset claimedAt,
        CancellationToken cancellationToken
    )
    {
        var criteria = new List<Criterion>();
        while (await reader.ReadAsync(cancellationToken))
        {
            criteria.Add(
                new Criterion
                {
                    Id = reader.GetGuid(0),
                    ProjectId = reader.GetGuid(1),
                    Key = reader.GetString(2),
                    Name = reader.GetString(3),
                    Guideline = reader.GetString(4),
                    Weight = reader.GetDouble(5),
                    Position = reader.GetInt32(6),
                    CreatedAt = reader.GetFieldValue<DateTimeOffset>(7),
                }
            );
        }

        return criteria.FindAll(c => c.CreatedAt <= claimedAt);
    }

    private static async Task<List<StoredAnswer>> ReadAnswersAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var answers = new List<StoredAnswer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            answers.Add(
                new StoredAnswer(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    JsonSerializer.Deserialize<AnswerValue>(reader.GetString(2), AnswerValue.Json)!,
                    reader.GetGuid(3),
                    reader.GetFieldValue<DateTimeOffset>(4),
                    reader.MaybeValue<Guid>(5),
                    reader.GetBoolean(6)
                )
            );
        }

        return answers;
    }

    private static class Sql
    {
        public const string Assignment = """
            select a.id, a.version, a.lease_until, a.state, a.guideline_version, a.questionnaire_version, a.shown_order, a.claimed_at, l.user_name,
                   t.id, t.kind, p.id, p.name, p.guideline, p.content_warning, pr.id, pr.messages, pr.content_flags, q.questions, pr.language,
                   d.revision, d.content, d.saved_at, t.completions_wanted
            from assignments a
            join people l on l.id = a.person_id
            join labeling_tasks t on t.id = a.task_id
            join projects p on p.id = t.project_id
            join prompts pr on pr.id = t.prompt_id
            left join questionnaires q on q.project_id = t.project_id and q.version = a.questionnaire_version
            left join drafts d on d.assignment_id = a.id
            where a.id = $1
            """;

        public const string Completions = """
            select c.id, c.text, c.model_name from completions c
            where c.id = any (array(select unnest(a.shown_order) from assignments a where a.id = $1))
            """;

        public const string Criteria = """
            select c.id, c.project_id, c.key, c.name, c.guideline, c.weight, c.position, c.created_at from criteria c
            where c.project_id = (select a.project_id from assignments a where a.id = $1)
            order by c.position
            """;

        public const string Answers = """
            select a.id, a.question_key, a.value, a.submission_key, a.created_at, a.supersedes_id,
                   not exists (select 1 from answers later where later.supersedes_id = a.id)
                     and not exists (select 1 from retractions r where r.answer_id = a.id)
            from answers a where a.assignment_id = $1
            order by a.id
            """;
    }
}

/// <summary>A completion with the name of the model that wrote it, which labelers are not told.</summary>
internal sealed record AssignedCompletion(Guid Id, string Text, string? ModelName);

/// <summary>An answer as stored.</summary>
internal sealed record StoredAnswer(
    Guid Id,
    string QuestionKey,
    AnswerValue Value,
    Guid SubmissionKey,
    DateTimeOffset CreatedAt,
    Guid? SupersedesId,
    bool IsLive
);
