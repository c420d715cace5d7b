using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Npgsql;

namespace Annotation.Domain.Labeling;

/// <summary>Everything a labeler needs for one task. Who wrote the completions is not told.</summary>
/// <param name="AssignmentId">To submit, renew or skip by.</param>
/// <param name="Version">The lease's version, named in the same calls.</param>
/// <param name="LeaseUntil">When the task goes to somebody else unless renewed.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Kind">Rank or write.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="ProjectName">Its name.</param>
/// <param name="Guideline">Its guideline (markdown).</param>
/// <param name="GuidelineVersion">Version of the guideline.</param>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="Completions">In the order to show, top first; empty for a demonstration.</param>
/// <param name="Criteria">The criteria to rank on, in order; empty for a demonstration.</param>
/// <param name="Questions">What is asked, in order.</param>
/// <param name="QuestionnaireVersion">The questionnaire that they are from.</param>
/// <param name="ContentWarning">What the project warns of (markdown).</param>
/// <param name="ContentFlags">Sensitive categories of the prompt.</param>
/// <param name="Language">Language of the prompt, when known.</param>
public sealed record ClaimedTask(
    Guid AssignmentId,
    int Version,
    DateTimeOffset LeaseUntil,
    Guid TaskId,
    LabelingTaskKind Kind,
    Guid ProjectId,
    string ProjectName,
    string Guideline,
    int GuidelineVersion,
    IReadOnlyList<PromptMessage> Prompt,
    IReadOnlyList<ShownCompletion> Completions,
    IReadOnlyList<Criterion> Criteria,
    IReadOnlyList<Question> Questions,
    int QuestionnaireVersion,
    string ContentWarning,
    IReadOnlyList<string> ContentFlags,
    string? Language
)
{
    /// <summary>What the labeler has so far; null: nothing.</summary>
    public Draft? Draft { get; init; }

    /// <summary>The labeler's live answers by question; null before the first submission.</summary>
    public IReadOnlyDictionary<string, AnswerValue>? Answers { get; init; }

    /// <summary>When the labeler last submitted or corrected it; null while it is not submitted.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Until when the submission can be taken back; null: not, or not any more.</summary>
    public DateTimeOffset? UndoUntil { get; init; }

    /// <summary>How many different completions were asked for; null: nobody asked for a number.</summary>
    public int? CompletionsWanted { get; init; }

    /// <summary>How far the labeler is in the project.</summary>
    public required LabelerProgress Progress { get; init; }

    /// <summary>Reads what an assignment shows by an empty batch, of a transaction or of the database.</summary>
    internal static async Task<ClaimedTask> ReadAsync(
        NpgsqlBatch batch,
        Guid assignmentId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        AddTo(batch, assignmentId, at);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Adds what <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/> reads.</summary>
    internal static void AddTo(NpgsqlBatch batch, Guid assignmentId, DateTimeOffset at)
    {
        AssignmentContent.AddTo(batch, assignmentId);
        LabelerProgress.AddTo(batch, assignmentId, at);
    }

    /// <summary>Reads it from the current result on.</summary>
    internal static async Task<ClaimedTask> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var content = await AssignmentContent.ReadAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return Of(content, await LabelerProgress.ReadAsync(reader, cancellationToken));
    }

    private static ClaimedTask Of(AssignmentContent content, LabelerProgress progress)
    {
        var last = content.Answers.MaxBy(a => a.CreatedAt);
        var submitted = content.State == AssignmentState.Submitted;
        return new ClaimedTask(
            content.AssignmentId,
            content.Version,
            content.LeaseUntil,
            content.TaskId,
            content.Kind,
            content.ProjectId,
            content.ProjectName,
            content.Guideline,
            content.GuidelineVersion,
            content.Prompt,
            [.. content.Completions.Select(c => new ShownCompletion(c.Id, c.Text))],
            content.Criteria,
            content.Questions,
            content.QuestionnaireVersion,
            content.ContentWarning,
            content.ContentFlags,
            content.Language
        )
        {
            Draft = content.Draft,
            CompletionsWanted = content.CompletionsWanted,
            Progress = progress,
            Answers = last is null
                ? null
                : content.Answers.Where(a => a.SubmissionKey == last.SubmissionKey).ToDictionary(a => a.QuestionKey, a => a.Value),
            SubmittedAt = submitted ? last?.CreatedAt : null,
            UndoUntil =
                submitted && last is not null && content.Answers.All(a => a.SupersedesId is null) ? UndoSubmit.Until(last.CreatedAt) : null,
        };
    }
}

/// <summary>A completion to judge.</summary>
public sealed record ShownCompletion(Guid Id, string Text);
