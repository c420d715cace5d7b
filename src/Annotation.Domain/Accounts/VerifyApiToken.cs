using System.Security.Cryptography;
using Annotation.Domain.Data;
using Npgsql;

namespace Annotation.Domain.Accounts;

/// <summary>Finds out who is behind a token.</summary>
public sealed class VerifyApiToken(NpgsqlDataSource database, TimeProvider time)
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

        var at = time.Now();
        if (await FindAsync(token.Id, cancellationToken) is not { } known || !known.IsGood(token, at))
        {
            return refusal;
        }

        if (known.LastUsedAt is null || at - known.LastUsedAt >= UseResolution)
        {
            await using var batch = database.CreateBatch();
            batch.Add("update api_tokens set last_used_at = $2 where id = $1", token.Id, at);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return known.Bearer;
    }

    // Each request of a program begins with this, so it is one plain statement.
    private async Task<KnownToken?> FindAsync(Guid tokenId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            """
            select p.id, p.user_name, p.display_name,
                   array(select r.name from person_roles m join roles r on r.id = m.role_id where m.user_id = p.id),
                   t.secret_hash, t.expires_at, t.last_used_at, t.revoked_at is not null or p.disabled_at is not null
            from api_tokens t join people p on p.id = t.person_id
            where t.id = $1
            """,
            tokenId
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new KnownToken(
                new TokenBearer(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3)),
                reader.GetFieldValue<byte[]>(4),
                reader.MaybeValue<DateTimeOffset>(5),
                reader.MaybeValue<DateTimeOffset>(6),
                Barred: reader.GetBoolean(7)
            )
            : null;
    }

    /// <summary>A stored token; barred when it was revoked or its person disabled.</summary>
    private sealed record KnownToken(
        TokenBearer Bearer,
        byte[] SecretHash,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? LastUsedAt,
        bool Barred
    )
    {
        public bool IsGood(TokenText presented, DateTimeOffset at) =>
            CryptographicOperations.FixedTimeEquals(SecretHash, presented.SecretHash()) && !Barred && !(ExpiresAt <= at);
    }
}

/// <summary>The person a token stands for.</summary>
public sealed record TokenBearer(Guid PersonId, string UserName, string DisplayName, IReadOnlyList<string> Roles);
