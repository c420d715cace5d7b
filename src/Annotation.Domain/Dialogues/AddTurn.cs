using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Dialogues;

/// <summary>Adds one turn to a dialogue in which two people take a side each.</summary>
public sealed class AddTurn(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the turn and shows the task as it then is. The same position and text again change nothing.</summary>
    public async Task<Outcome<ClaimedTask>> RunAsync(
        Guid assignmentId,
        Guid personId,
        int version,
        NewTurn turn,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var held = await TaskLock.TakeForAsync(db, assignmentId, personId, cancellationToken);
        if (!held.Succeeded)
        {
            return held.Refusal;
        }

        var (task, assignment) = held.Value;
        var at = time.Now();
        if (assignment.Version != version || !held.Value.CanHold())
        {
            return TaskLock.LeaseLost();
        }

        held.Value.Hold();
        var claimed = await ReadAsync();
        if (!task.TwoSided)
        {
            return new Refusal("invalid-turn", "Only a dialogue of two people takes turns one by one.");
        }

        var dialogue = await SeenDialogue.ReadAsync(db, assignmentId, cancellationToken);

        if (dialogue.Turns.ElementAtOrDefault(turn.Position) is { } present && present.PersonId == personId && present.Text == turn.Text)
        {
            return claimed;
        }

        if (Check(dialogue, claimed.Questions.OfType<DialogueQuestion>().First(), turn) is { } refusal)
        {
            return refusal;
        }

        var origin = await DialogueTurns.OriginAsync(db, assignmentId, turn.Text, turn.Suggestion, cancellationToken);
        if (!origin.Succeeded)
        {
            return origin.Refusal;
        }

        db.DialogueTurns.Add(
            new DialogueTurn
            {
                TaskId = task.Id,
                Position = turn.Position,
                Text = turn.Text,
                Origin = origin.Value,
                SuggestionId = turn.Suggestion,
                AssignmentId = assignment.Id,
                PersonId = personId,
                CreatedAt = at,
            }
        );
        // It is a turn now; left, it would come back into the field.
        await db.Drafts.Where(d => d.AssignmentId == assignment.Id).ExecuteDeleteAsync(cancellationToken);
        assignment.LeaseUntil = at + LeaseSettings.Duration;
        await db.SaveChangesAsync(cancellationToken);
        claimed = await ReadAsync();
        await transaction.CommitAsync(cancellationToken);
        return claimed;

        async Task<ClaimedTask> ReadAsync()
        {
            await using var batch = db.CreateBatch();
            return await ClaimedTask.ReadAsync(batch, assignmentId, at, cancellationToken);
        }
    }

    private static Refusal? Check(SeenDialogue dialogue, DialogueQuestion question, NewTurn turn) =>
        dialogue.Finished ? new Refusal("dialogue-over", "The other side said that the dialogue is over.")
        : turn.Position != dialogue.Turns.Count
            ? new Refusal("turn-taken", $"The dialogue has {dialogue.Turns.Count} turns by now; read them before you go on.")
        : !dialogue.YourTurn ? new Refusal("turn-taken", "It is the other side's turn.")
        : turn.Position >= question.MaxTurns
            ? new Refusal("invalid-turn", $"The dialogue has {turn.Position} turns; at most {question.MaxTurns} are accepted.")
        : TextLength.Check(turn.Text, "The turn", question.MinLength, TextLength.Longest) is { } problem
            ? new Refusal("invalid-turn", problem)
        : null;
}

/// <summary>A turn to add.</summary>
/// <param name="Position">Counts from 0 after the prompt.</param>
/// <param name="Text">As typed.</param>
/// <param name="Suggestion">The model's suggestion that it started from.</param>
public sealed record NewTurn(int Position, string Text, Guid? Suggestion);
