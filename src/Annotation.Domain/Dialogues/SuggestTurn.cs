using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Domain.Dialogues;

/// <summary>Asks the project's model for a suggestion of the next turn of a dialogue: a run of its own writes it.</summary>
public sealed class SuggestTurn(
    IDbContextFactory<AnnotationDbContext> contexts,
    NpgsqlDataSource database,
    StartRun start,
    TimeProvider time
)
{
    /// <summary>Stores the suggestion and the run that will write it. Whoever calls puts the run into the queue afterwards.</summary>
    /// <param name="assignmentId">The dialogue's assignment.</param>
    /// <param name="personId">Whose it is.</param>
    /// <param name="turns">What the labeler has written so far after the prompt; of two people, what is stored counts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<StartedSuggestion>> RunAsync(
        Guid assignmentId,
        Guid personId,
        IReadOnlyList<WrittenTurn> turns,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var assignment = await db
            .Assignments.AsNoTracking()
            .SingleOrDefaultAsync(a => a.Id == assignmentId && a.PersonId == personId, cancellationToken);
        if (assignment is null)
        {
            return new Refusal("unknown-assignment", "This task is not yours; ask for the next one.");
        }

        await using var batch = database.CreateBatch();
        var task = await ClaimedTask.ReadAsync(batch, assignmentId, time.Now(), cancellationToken);
        if (task.Questions.OfType<DialogueQuestion>().FirstOrDefault() is not { Suggestions: true })
        {
            return new Refusal("no-suggestions", "This task takes no suggestions.");
        }

        var dialogue = await SeenDialogue.ReadAsync(db, assignmentId, cancellationToken);
        var before = dialogue.Seat == DialogueSeat.Both ? turns : dialogue.Turns;
        if (before.Count > 100 || before.Any(t => t.Text is null || t.Text.Length > TextLength.Longest || !PromptText.IsStorable(t.Text)))
        {
            return new Refusal("invalid-turn", "A turn is too long or cannot be stored.");
        }

        if (DialogueQuestion.RoleAt(before.Count) != PromptMessage.Assistant)
        {
            return new Refusal("no-suggestions", "The model suggests the assistant's turns only; the user's are yours to write.");
        }

        var conversation = task.Prompt.Concat(before.Select(t => new PromptMessage(t.Role, t.Text)));
        var policy = await db.Projects.Where(p => p.Id == task.ProjectId).Select(p => p.PromotedModelId).SingleAsync(cancellationToken);
        var settings = new JsonObject { ["messages"] = JsonSerializer.Serialize(conversation, JsonSerializerOptions.Web) };
        var run = await start.RunAsync(
            new NewRun(RunKind.Generate, settings.ToJsonString())
            {
                // Asked again, it suggests something else.
                Seed = 1 + await db.Suggestions.CountAsync(s => s.AssignmentId == assignmentId, cancellationToken),
                BaseModelId = policy,
                StartedBy = personId,
            },
            cancellationToken
        );
        if (!run.Succeeded)
        {
            return run.Refusal;
        }

        var suggestion = new Suggestion
        {
            AssignmentId = assignmentId,
            RunId = run.Value.Id,
            CreatedAt = time.Now(),
        };
        db.Suggestions.Add(suggestion);
        await db.SaveChangesAsync(cancellationToken);
        return new StartedSuggestion(suggestion.Id, run.Value);
    }

    /// <summary>The suggested text in the result of a run; null when there is none.</summary>
    public static string? TextOf(string? result) =>
        result is null ? null : JsonNode.Parse(result)?["completions"]?.AsArray().FirstOrDefault()?["text"]?.GetValue<string>();
}

/// <summary>A suggestion and the run that writes it.</summary>
public sealed record StartedSuggestion(Guid Id, Run Run);
