using System.Security.Claims;
using System.Text.Encodings.Web;
using Annotation.Domain.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Annotation.Web.Security;

/// <summary>Lets programs in by <c>Authorization: Bearer ann_ID_SECRET</c>.</summary>
internal sealed class BearerTokens(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    VerifyApiToken verify
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "bearer-token";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.Fail("The Authorization header holds no bearer token.");
        }

        var bearer = await verify.RunAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
        if (!bearer.Succeeded)
        {
            return AuthenticateResult.Fail(bearer.Refusal.Sentence);
        }

        var person = bearer.Value;
        var identity = new ClaimsIdentity(Scheme);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, person.PersonId.ToString()));
        identity.AddClaim(new Claim(ClaimTypes.Name, person.UserName));
        identity.AddClaim(new Claim(PersonClaims.DisplayName, person.DisplayName));
        identity.AddClaims(person.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        SecurityRegistration.RefuseAsync(Context, StatusCodes.Status401Unauthorized);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        SecurityRegistration.RefuseAsync(Context, StatusCodes.Status403Forbidden);
}
