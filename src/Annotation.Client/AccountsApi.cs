using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>People and tokens.</summary>
public sealed class AccountsApi(ApiConnection connection)
{
    /// <summary>Who the token's owner is.</summary>
    public Task<Me> WhoAmIAsync(CancellationToken cancellation) => connection.GetAsync<Me>("api/me", cancellation);

    /// <summary>Everybody; for admins.</summary>
    public Task<IReadOnlyList<PersonRow>> ListPeopleAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<PersonRow>>("api/people", cancellation);

    /// <summary>Creates a person; for admins.</summary>
    public Task<CreatedPerson> CreatePersonAsync(CreatePersonRequest request, CancellationToken cancellation) =>
        connection.SendAsync<CreatedPerson>(HttpMethod.Post, "api/people", request, cancellation);

    /// <summary>Issues a token, for the caller or, by an admin, for another person.</summary>
    public Task<IssuedToken> IssueTokenAsync(IssueTokenRequest request, CancellationToken cancellation) =>
        connection.SendAsync<IssuedToken>(HttpMethod.Post, "api/tokens", request, cancellation);

    /// <summary>Revokes a token: it works no more.</summary>
    public Task RevokeTokenAsync(Guid token, CancellationToken cancellation) =>
        connection.SendOrNothingAsync<object>(HttpMethod.Delete, $"api/tokens/{token}", body: null, cancellation);
}
