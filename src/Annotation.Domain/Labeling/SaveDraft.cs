using System.Text;
using System.Text.Json;
using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Keeps what a labeler has so far, whatever happens to the lease: nothing typed is ever lost.</summary>
public sealed class SaveDraft(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Stores the content when its revision is higher than the stored one and returns the draft as stored. The same
    /// revision with the same content again changes nothing; an older one is refused with <c>draft-taken</c>.
    /// </summary>
    /// <param name="assignmentId">The assignment.</param>
    /// <param name="personId">Whose it is.</param>
    /// <param name="revision">Counts the changes in whatever browser they are made.</param>
    /// <param name="content">Whatever the page keeps.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<Draft>> RunAsync(
        Guid assignmentId,
        Guid personId,
        long revision,
        JsonElement content,
        CancellationToken cancellationToken
    )
    {
        var text = content.ValueKind == JsonValueKind.Undefined ? "null" : content.GetRawText();
        if (Encoding.UTF8.GetByteCount(text) > Draft.MaxBytes)
        {
            return new Refusal("draft-too-large", "The draft is larger than 1 MB; it stays in this browser only. Shorten it.");
        }

        if (!PromptText.IsStorable(text))
        {
            return new Refusal("invalid-draft", "The draft contains a null character or half of a surrogate pair.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var owned = await db
            .Assignments.Where(a => a.Id == assignmentId && a.PersonId == personId)
            .Select(a => (AssignmentState?)a.State)
            .SingleOrDefaultAsync(cancellationToken);
        if (owned is null)
        {
            return new Refusal("unknown-assignment", "This task is not yours; ask for the next one.");
        }

        // One statement, so that two tabs cannot both find their revision the higher one.
        var at = time.Now();
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into drafts (assignment_id, revision, content, saved_at) values ({assignmentId}, {revision}, {text}, {at})
            on conflict (assignment_id) do update
                set revision = excluded.revision, content = excluded.content, saved_at = excluded.saved_at
                where drafts.revision < excluded.revision
            """,
            cancellationToken
        );
        var stored = await db.Drafts.AsNoTracking().SingleAsync(d => d.AssignmentId == assignmentId, cancellationToken);
        return stored.Revision == revision && stored.Content == text
            ? stored
            : new Refusal(
                "draft-taken",
                $"Another tab or browser has saved revision {stored.Revision} of this draft; load it before you go on."
            );
    }
}
