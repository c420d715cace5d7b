using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Accounts;

/// <summary>Makes a token that lets a program act as a person.</summary>
public sealed class IssueApiToken(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the token's hash and returns its text, which cannot be read again later.</summary>
    /// <param name="personId">Whom the program will act as.</param>
    /// <param name="name">What the person calls it.</param>
    /// <param name="lifetime">How long it is valid; null for ever.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<IssuedToken>> RunAsync(Guid personId, string name, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 200)
        {
            return new Refusal("invalid-token-name", "Give the token a name of at most 200 characters.");
        }

        if (lifetime <= TimeSpan.Zero)
        {
            return new Refusal("invalid-lifetime", "A token must be valid for longer than no time at all.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == personId, cancellationToken);
        if (person is null or { DisabledAt: not null })
        {
            return new Refusal("unknown-person", $"There is no active person {personId}.");
        }

        var at = time.Now();
        var id = Guid.CreateVersion7();
        var text = TokenText.Create(id);
        var token = new ApiToken
        {
            Id = id,
            PersonId = personId,
            Name = name,
            SecretHash = text.SecretHash(),
            CreatedAt = at,
            ExpiresAt = at + lifetime,
        };
        db.ApiTokens.Add(token);
        db.Audit(at, personId, "token.issued", person.UserName!, new { name });
        await db.SaveChangesAsync(cancellationToken);
        return new IssuedToken(id, text.ToString(), token.ExpiresAt);
    }
}

/// <summary>A token at the only moment its text is known.</summary>
/// <param name="Id">To revoke it by.</param>
/// <param name="Text"><c>ann_ID_SECRET</c>, to be sent as a bearer token.</param>
/// <param name="ExpiresAt">Null when it does not expire.</param>
public sealed record IssuedToken(Guid Id, string Text, DateTimeOffset? ExpiresAt);
