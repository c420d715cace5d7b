using System.Security.Cryptography;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Accounts;

/// <summary>Finds out who is behind a token.</summary>
public sealed class VerifyApiToken(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    // Writing the time of use with every request would make each read a write.
    private static readonly TimeSpan UseResolution = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The person the token stands for with the person's roles. Refused when the token is malformed, unknown, revoked
    /// or expired, or its person disabled; the sentence does not tell which.
    /// </summary>
    public async Task<Outcome<TokenBearer>> RunAsync(string? text, CancellationToken cancellationToken)
    {
        var refusal = new Refusal("invalid-token", "The token is not valid; issue a new one and pass it whole.");
        if (!TokenText.TryParse(text, out var token))
        {
            return refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db
            .ApiTokens.AsNoTracking()
            .Where(t => t.Id == token.Id)
            .Join(
                db.People,
                t => t.PersonId,
                p => p.Id,
                (t, p) =>
                    new
                    {
                        Token = t,
                        p.Id,
                        p.UserName,
                        p.DisplayName,
                        p.DisabledAt,
                        Roles = db
                            .UserRoles.Where(m => m.UserId == p.Id)
                            .Join(db.Roles, m => m.RoleId, r => r.Id, (m, r) => r.Name!)
                            .ToList(),
                    }
            )
            .SingleOrDefaultAsync(cancellationToken);
        var at = time.Now();
        if (
            row is null
            || !CryptographicOperations.FixedTimeEquals(row.Token.SecretHash, token.SecretHash())
            || row.Token.RevokedAt is not null
            || row.Token.ExpiresAt <= at
            || row.DisabledAt is not null
        )
        {
            return refusal;
        }

        if (row.Token.LastUsedAt is null || at - row.Token.LastUsedAt >= UseResolution)
        {
            await db
                .ApiTokens.Where(t => t.Id == token.Id)
                .ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAt, at), cancellationToken);
        }

        return new TokenBearer(row.Id, row.UserName!, row.DisplayName, row.Roles);
    }
}

/// <summary>The person a token stands for.</summary>
public sealed record TokenBearer(Guid PersonId, string UserName, string DisplayName, IReadOnlyList<string> Roles);
