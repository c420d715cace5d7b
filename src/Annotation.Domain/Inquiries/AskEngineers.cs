using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Inquiries;

/// <summary>Lets a labeler ask the engineers about a task that they hold or held.</summary>
public sealed class AskEngineers(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Longest message, in characters.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Adds a message to the labeler's inquiry about the task and returns the inquiry's id.</summary>
    public async Task<Outcome<Guid>> RunAsync(Guid assignmentId, Guid personId, string text, CancellationToken cancellationToken)
    {
        if (CheckText(text) is { } refusal)
        {
            return refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two tabs that ask at once would both find no inquiry.
        await db.Database.ExecuteSqlAsync($"select 1 from assignments where id = {assignmentId} for no key update", cancellationToken);
        var owned = await (
            from assignment in db.Assignments
            join task in db.LabelingTasks on assignment.TaskId equals task.Id
            where assignment.Id == assignmentId && assignment.PersonId == personId
            select new { task.ProjectId }
        ).SingleOrDefaultAsync(cancellationToken);
        if (owned is null)
        {
            return new Refusal("unknown-assignment", "There is no such task of yours.");
        }

        var at = time.Now();
        var inquiry = await db.Inquiries.SingleOrDefaultAsync(i => i.AssignmentId == assignmentId, cancellationToken);
        if (inquiry is null)
        {
            inquiry = new Inquiry
            {
                ProjectId = owned.ProjectId,
                AssignmentId = assignmentId,
                PersonId = personId,
                CreatedAt = at,
            };
            db.Inquiries.Add(inquiry);
        }

        inquiry.AnsweredAt = null;
        inquiry.ReadAt = at;
        db.Add(
            new InquiryMessage
            {
                InquiryId = inquiry.Id,
                PersonId = personId,
                Text = text,
                CreatedAt = at,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return inquiry.Id;
    }

    internal static Refusal? CheckText(string text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > MaxLength || !PromptText.IsStorable(text)
            ? new Refusal("invalid-message", $"Write a message of 1 to {MaxLength} characters.")
            : null;
}
