using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Dialogues;

/// <summary>The turns of a dialogue with their authors and origins, which are for the server to say.</summary>
internal static class DialogueTurns
{
    /// <summary>Source of the prompts that a dialogue makes: the conversation up to each turn of the assistant.</summary>
    public const string PromptSource = "dialogue";

    /// <summary>The stored turns of a dialogue of two people, in order.</summary>
    public static async Task<List<WrittenTurn>> ReadAsync(AnnotationDbContext db, Guid taskId, CancellationToken cancellationToken) =>
        [
            .. (
                await db.DialogueTurns.AsNoTracking().Where(t => t.TaskId == taskId).OrderBy(t => t.Position).ToListAsync(cancellationToken)
            ).Select(t => new WrittenTurn(DialogueQuestion.RoleAt(t.Position), t.Text, t.SuggestionId, t.PersonId, t.Origin)),
        ];

    /// <summary>
    /// An answer as it is stored: of one person, with author and origin of each turn; of two, all turns that there are.
    /// </summary>
    public static async Task<Outcome<DialogueAnswer>> CompleteAsync(
        AnnotationDbContext db,
        LabelingTask task,
        Assignment assignment,
        DialogueAnswer answer,
        CancellationToken cancellationToken
    )
    {
        if (task.TwoSided)
        {
            return answer.Turns.Count > 0
                ? new Refusal("invalid-answer", "In a dialogue of two people each turn is sent when it is written; submit without turns.")
                : new DialogueAnswer(await ReadAsync(db, task.Id, cancellationToken));
        }

        var turns = new List<WrittenTurn>();
        foreach (var turn in answer.Turns)
        {
            var origin = await OriginAsync(db, assignment.Id, turn.Text, turn.Suggestion, cancellationToken);
            if (!origin.Succeeded)
            {
                return origin.Refusal;
            }

            turns.Add(new WrittenTurn(turn.Role, turn.Text, turn.Suggestion, assignment.PersonId, origin.Value));
        }

        return new DialogueAnswer(turns);
    }

    /// <summary>How a turn came about: typed, a suggestion as it was, or one that was changed.</summary>
    public static async Task<Outcome<TurnOrigin>> OriginAsync(
        AnnotationDbContext db,
        Guid assignmentId,
        string text,
        Guid? suggestionId,
        CancellationToken cancellationToken
    )
    {
        if (suggestionId is null)
        {
            return TurnOrigin.Typed;
        }

        var result = await db
            .Suggestions.Where(s => s.Id == suggestionId && s.AssignmentId == assignmentId)
            .Join(db.Runs, s => s.RunId, r => r.Id, (_, r) => r.Result)
            .SingleOrDefaultAsync(cancellationToken);
        return SuggestTurn.TextOf(result) is not { } suggested
                ? new Refusal("unknown-suggestion", $"There is no suggestion {suggestionId} for this dialogue.")
            : suggested.Trim() == text.Trim() ? TurnOrigin.Suggested
            : TurnOrigin.Edited;
    }
}

/// <summary>A dialogue as one of its writers sees it.</summary>
/// <param name="Seat">Which turns the person writes.</param>
/// <param name="Turns">What is stored already; empty when one person writes both sides.</param>
/// <param name="YourTurn">Whether the person is to write the next turn.</param>
/// <param name="Finished">Whether the other side said that the dialogue is over.</param>
public sealed record SeenDialogue(DialogueSeat Seat, IReadOnlyList<WrittenTurn> Turns, bool YourTurn, bool Finished)
{
    /// <summary>Reads what the holder of an assignment to a dialogue sees.</summary>
    public static async Task<SeenDialogue> ReadAsync(AnnotationDbContext db, Guid assignmentId, CancellationToken cancellationToken)
    {
        var own = await db
            .Assignments.Where(a => a.Id == assignmentId)
            .Select(a => new { a.TaskId, a.Seat })
            .SingleAsync(cancellationToken);
        if (own.Seat == DialogueSeat.Both)
        {
            return new SeenDialogue(DialogueSeat.Both, [], YourTurn: true, Finished: false);
        }

        var turns = await DialogueTurns.ReadAsync(db, own.TaskId, cancellationToken);
        var next = DialogueQuestion.RoleAt(turns.Count) == PromptMessage.Assistant ? DialogueSeat.Assistant : DialogueSeat.User;
        var finished = await db.Assignments.AnyAsync(
            a => a.TaskId == own.TaskId && a.Id != assignmentId && a.State == AssignmentState.Submitted,
            cancellationToken
        );
        return new SeenDialogue(own.Seat, turns, next == own.Seat && !finished, finished);
    }
}
