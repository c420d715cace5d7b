using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Inquiries;

/// <summary>Lets an engineer answer a labeler; the answer lies in the labeler's inbox.</summary>
public sealed class AnswerInquiry(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Adds the answer and returns the inquiry's id.</summary>
    public async Task<Outcome<Guid>> RunAsync(
        Guid projectId,
        Guid inquiryId,
        Guid personId,
        string text,
        CancellationToken cancellationToken
    )
    {
        if (AskEngineers.CheckText(text) is { } refusal)
        {
            return refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var inquiry = await db.Inquiries.SingleOrDefaultAsync(i => i.Id == inquiryId && i.ProjectId == projectId, cancellationToken);
        if (inquiry is null)
        {
            return new Refusal("unknown-inquiry", "The project has no such question by a labeler.");
        }

        var at = time.Now();
        inquiry.AnsweredAt = at;
        db.Add(
            new InquiryMessage
            {
                InquiryId = inquiry.Id,
                PersonId = personId,
                Text = text,
                CreatedAt = at,
            }
        );
        db.Audit(at, personId, "inquiry.answered", inquiry.Id.ToString(), new { inquiry.AssignmentId });
        await db.SaveChangesAsync(cancellationToken);
        return inquiry.Id;
    }
}
