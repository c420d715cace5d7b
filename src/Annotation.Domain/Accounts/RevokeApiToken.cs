using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Accounts;

/// <summary>Makes a token useless at once.</summary>
public sealed class RevokeApiToken(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Revokes a token of the person; revoking twice is the same as once. Returns the token's id.</summary>
    public async Task<Outcome<Guid>> RunAsync(Guid tokenId, Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var token = await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == tokenId && t.PersonId == personId, cancellationToken);
        if (token is null)
        {
            return new Refusal("unknown-token", $"You have no token {tokenId}.");
        }

        if (token.RevokedAt is null)
        {
            token.RevokedAt = time.Now();
            db.Audit(token.RevokedAt.Value, personId, "token.revoked", token.Name);
            await db.SaveChangesAsync(cancellationToken);
        }

        return tokenId;
    }
}
