using System.Text.Json;
using Annotation.Domain.Data;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Annotation.Domain.Labeling;

/// <summary>Stores what a labeler answered to all questions of a task, at once or not at all.</summary>
public sealed class SubmitAnswers(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Checks and stores the answers, and what they mean: rankings, or a demonstration. The same submission key again
    /// changes nothing and returns the same result. A new key for a submitted assignment is a correction: its rows
    /// supersede the earlier ones, which stay.
    /// </summary>
    /// <param name="submission">The answers and the lease they were made under.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<SubmittedAnswers>> RunAsync(Submission submission, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A submit that fails is rolled back whole; a savepoint would only cost two exchanges with the database.
        db.Database.AutoSavepointsEnabled = false;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var content = await AssignmentContent.LockAsync(db, submission.AssignmentId, submission.PersonId, cancellationToken);
        if (content is null)
        {
            return TaskLock.Unknown();
        }

        var held = await TaskLock.ReadAsync(db, submission.AssignmentId, cancellationToken);
        var (task, assignment) = held;
        if (content.Answers.Where(a => a.SubmissionKey == submission.SubmissionKey).ToList() is { Count: > 0 } known)
        {
            return new SubmittedAnswers(assignment.Id, [.. known.Select(a => a.Id)], Repeated: true, UndoUntil(known));
        }

        var at = time.Now();
        // A correction needs no room: the person's judgement is counted already.
        var correction = assignment.State == AssignmentState.Submitted;
        if (assignment.Version != submission.Version || !(correction || held.CanHold()))
        {
            // Whatever the questions are now: they were others when it was answered.
            return await KeepAsideAsync(db, transaction, assignment, submission, at, cancellationToken);
        }

        var completed = await CompleteAsync(db, task, assignment, submission, cancellationToken);
        if (!completed.Succeeded)
        {
            return completed.Refusal;
        }

        submission = completed.Value;
        if (submission.Check(content.Questions, [.. content.Completions.Select(c => new ShownCompletion(c.Id, c.Text))]) is { } refusal)
        {
            return refusal;
        }

        var answers = AddAnswers(db, content, assignment, submission, at);
        await new Judgements(db, content, assignment, at).AddAsync(answers, cancellationToken);
        if (!correction)
        {
            held.Hold();
            assignment.State = AssignmentState.Submitted;
            assignment.EndedAt = at;
            task.CountJudgement();
            await Overlap.SettleAsync(db, task, at, cancellationToken);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException failure)
            when (failure.Breaks("pk_interactions") || failure.Breaks("ix_answers_submission_key_question_key"))
        {
            return new Refusal("key-used", "This submission key belongs to another task; make a new one.");
        }

        if (content.Draft is not null)
        {
            // It is in the answers now; left, it would come back over them after an undo or when they are looked up.
            await db.Drafts.Where(d => d.AssignmentId == assignment.Id).ExecuteDeleteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new SubmittedAnswers(
            assignment.Id,
            answers.ConvertAll(a => a.Id),
            Repeated: false,
            correction ? null : UndoSubmit.Until(at)
        );
    }

    private static DateTimeOffset? UndoUntil(List<StoredAnswer> answers) =>
        answers.All(a => a is { SupersedesId: null, IsLive: true }) ? UndoSubmit.Until(answers[0].CreatedAt) : null;

    /// <summary>Says who wrote the turns of a dialogue and how they came about, which no browser is believed.</summary>
    private static async Task<Outcome<Submission>> CompleteAsync(
        AnnotationDbContext db,
        LabelingTask task,
        Assignment assignment,
        Submission submission,
        CancellationToken cancellationToken
    )
    {
        var answers = new Dictionary<string, AnswerValue>(submission.Answers);
        foreach (var (key, value) in submission.Answers)
        {
            if (value is DialogueAnswer { Turns: not null } dialogue)
            {
                var completed = await DialogueTurns.CompleteAsync(db, task, assignment, dialogue, cancellationToken);
                if (!completed.Succeeded)
                {
                    return completed.Refusal;
                }

                answers[key] = completed.Value;
            }
        }

        return submission with
        {
            Answers = answers,
        };
    }

    /// <summary>Stores what came too late beside the judgements, once per submission, and says so.</summary>
    private static async Task<Refusal> KeepAsideAsync(
        AnnotationDbContext db,
        IDbContextTransaction transaction,
        Assignment assignment,
        Submission submission,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var json = JsonSerializer.Serialize(submission.Answers, AnswerValue.Json);
        if (submission.Answers.Count == 0 || submission.ActiveMilliseconds < 0 || !PromptText.IsStorable(json) || json.Contains("\\u0000"))
        {
            return TaskLock.LeaseLost();
        }

        if (!await db.LateSubmissions.AnyAsync(l => l.SubmissionKey == submission.SubmissionKey, cancellationToken))
        {
            db.LateSubmissions.Add(
                new LateSubmission
                {
                    ProjectId = assignment.ProjectId,
                    TaskId = assignment.TaskId,
                    AssignmentId = submission.AssignmentId,
                    PersonId = submission.PersonId,
                    SubmissionKey = submission.SubmissionKey,
                    LeaseVersion = submission.Version,
                    Answers = submission.Answers,
                    ActiveMilliseconds = submission.ActiveMilliseconds,
                    ReceivedAt = at,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var why = assignment.State switch
        {
            AssignmentState.Skipped => "You skipped this task, so these answers do not count.",
            AssignmentState.Retracted => "Your judgement of this task was taken back, so these answers do not count.",
            AssignmentState.Active => "The time for this task ran out before your answers came, and it was handed to you anew.",
            AssignmentState.Submitted => "You have submitted this task since, so these answers do not count.",
            _ => "The time for this task ran out before your answers came, and somebody else has it now.",
        };
        return new Refusal(
            assignment.State == AssignmentState.Skipped ? "skipped" : "lease-lost",
            $"{why} Your work is not lost: it is kept for the engineers to look at. Ask for the next task."
        );
    }

    private static List<Answer> AddAnswers(
        AnnotationDbContext db,
        AssignmentContent content,
        Assignment assignment,
        Submission submission,
        DateTimeOffset at
    )
    {
        var earlier = content.Answers.Where(a => a.IsLive).ToDictionary(a => a.QuestionKey, a => a.Id);
        var answers = submission
            .Answers.Select(pair => new Answer
            {
                AssignmentId = assignment.Id,
                TaskId = content.TaskId,
                PersonId = assignment.PersonId,
                QuestionKey = pair.Key,
                Value = pair.Value,
                SubmissionKey = submission.SubmissionKey,
                ActiveMilliseconds = submission.ActiveMilliseconds,
                GuidelineVersion = assignment.GuidelineVersion,
                QuestionnaireVersion = assignment.QuestionnaireVersion,
                CreatedAt = at,
                SupersedesId = earlier.TryGetValue(pair.Key, out var id) ? id : null,
            })
            .ToList();
        db.Answers.AddRange(answers);
        // A correction replaces the whole submission: what it leaves out is taken back.
        db.Retractions.AddRange(
            earlier
                .Where(pair => !submission.Answers.ContainsKey(pair.Key))
                .Select(pair => new Retraction
                {
                    AnswerId = pair.Value,
                    PersonId = assignment.PersonId,
                    At = at,
                })
        );
        db.Interactions.Add(
            new Interaction
            {
                SubmissionKey = submission.SubmissionKey,
                AssignmentId = assignment.Id,
                PersonId = assignment.PersonId,
                ClaimedAt = assignment.ClaimedAt,
                SubmittedAt = at,
                ActiveMilliseconds = submission.ActiveMilliseconds,
                FirstInteractionMilliseconds = submission.Measurements?.FirstInteractionMilliseconds,
                ChangeCount = submission.Measurements?.ChangeCount,
                InputDevice = submission.Measurements?.InputDevice,
                ViewportWidth = submission.Measurements?.ViewportWidth,
                ViewportHeight = submission.Measurements?.ViewportHeight,
            }
        );
        return answers;
    }
}

/// <summary>What a submission stored.</summary>
/// <param name="AssignmentId">The assignment.</param>
/// <param name="AnswerIds">One per question.</param>
/// <param name="Repeated">True when the key had been submitted before and nothing was stored now.</param>
/// <param name="UndoUntil">Until when it can be taken back; null for a correction.</param>
public sealed record SubmittedAnswers(Guid AssignmentId, IReadOnlyList<Guid> AnswerIds, bool Repeated, DateTimeOffset? UndoUntil);
