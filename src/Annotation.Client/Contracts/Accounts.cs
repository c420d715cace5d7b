namespace Annotation.Client.Contracts;

/// <summary>Who the caller is.</summary>
public sealed record Me(Guid Id, string UserName, string DisplayName, IReadOnlyList<string> Roles);

/// <summary>A person as admins see them.</summary>
public sealed record PersonRow(
    Guid Id,
    string UserName,
    string DisplayName,
    IReadOnlyList<string> Roles,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DisabledAt
);

/// <summary>Creates a person; without a password one is generated and returned once.</summary>
public sealed record CreatePersonRequest(string UserName, string DisplayName, IReadOnlyList<string> Roles, string? Password = null);

/// <summary>The created person; <paramref name="Password"/> is only set when it was generated.</summary>
public sealed record CreatedPerson(Guid Id, string UserName, string? Password);

/// <summary>Asks for an API token; admins may name another person.</summary>
public sealed record IssueTokenRequest(string Name, Guid? PersonId = null, DateTimeOffset? ExpiresAt = null);

/// <summary>An issued token: the only time that the secret is shown.</summary>
public sealed record IssuedToken(Guid Id, string Token);
