using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Inquiries;

/// <summary>Notes that a labeler has opened an answer.</summary>
public sealed class ReadInquiry(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Marks everything in the inquiry as read and returns its id.</summary>
    public async Task<Outcome<Guid>> RunAsync(Guid inquiryId, Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var at = time.Now();
        var found = await db
            .Inquiries.Where(i => i.Id == inquiryId && i.PersonId == personId)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.ReadAt, at), cancellationToken);
        return found == 0 ? new Refusal("unknown-inquiry", "There is no such question of yours.") : inquiryId;
    }
}
