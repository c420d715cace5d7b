using System.Security.Claims;
using System.Security.Cryptography;
using Annotation.Client.Contracts;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using IssuedToken = Annotation.Client.Contracts.IssuedToken;

namespace Annotation.Web.Accounts;

/// <summary>People, their roles and their tokens.</summary>
internal static class AccountEndpoints
{
    // No characters that look alike: an admin reads it out or copies it by hand.
    private const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Maps the routes.</summary>
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/antiforgery", GetAntiforgeryToken).AllowAnonymous();
        api.MapGet("/me", GetMe).RequireAuthorization(RolePolicies.Labeler);
        api.MapPost("/tokens", IssueTokenAsync).RequireAuthorization(RolePolicies.Labeler);
        api.MapDelete("/tokens/{id:guid}", RevokeTokenAsync).RequireAuthorization(RolePolicies.Labeler);

        var people = api.MapGroup("/people").RequireAuthorization(RolePolicies.Admin);
        people.MapGet("/", ListPeopleAsync);
        people.MapPost("/", CreatePersonAsync);
        people.MapPost("/{id:guid}/roles", ChangeRolesAsync);
    }

    /// <summary>Maps leaving, for the form on the account page.</summary>
    public static void MapSignOut(this IEndpointRouteBuilder app) =>
        app.MapPost("/sign-out", SignOutAsync).RequireAuthorization(RolePolicies.Labeler).ExcludeFromDescription();

    /// <summary>A password for somebody who will change it.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(PasswordAlphabet, 16);

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery)
    {
        try
        {
            await antiforgery.ValidateRequestAsync(context);
        }
        catch (AntiforgeryValidationException)
        {
            return Results.BadRequest();
        }

        await context.SignOutAsync(IdentityConstants.ApplicationScheme);
        return Results.Redirect("/sign-in");
    }

    private static IResult GetAntiforgeryToken(HttpContext context, IAntiforgery antiforgery) =>
        Results.Json(new { token = antiforgery.GetAndStoreTokens(context).RequestToken });

    private static Me GetMe(ClaimsPrincipal user) =>
        new(user.PersonId(), user.Identity?.Name ?? "", user.DisplayName(), [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)]);

    private static async Task<IResult> IssueTokenAsync(
        IssueTokenRequest request,
        ClaimsPrincipal user,
        IssueApiToken issue,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var person = request.PersonId ?? user.PersonId();
        if (person != user.PersonId() && !user.IsInRole(Roles.Admin))
        {
            return Replies.Refuse(StatusCodes.Status403Forbidden, "forbidden", "Only an admin issues tokens for other people.");
        }

        var lifetime = request.ExpiresAt - time.GetUtcNow();
        var issued = await issue.RunAsync(person, request.Name, lifetime, cancellationToken);
        return issued.Reply(token => Results.Json(new IssuedToken(token.Id, token.Text)));
    }

    private static async Task<IResult> RevokeTokenAsync(
        Guid id,
        ClaimsPrincipal user,
        RevokeApiToken revoke,
        CancellationToken cancellationToken
    ) => (await revoke.RunAsync(id, user.PersonId(), cancellationToken)).Reply(_ => Results.NoContent());

    private static async Task<IReadOnlyList<PersonRow>> ListPeopleAsync(
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) => await contexts.ListPeopleAsync(cancellationToken);

    private static async Task<IResult> CreatePersonAsync(
        CreatePersonRequest request,
        ClaimsPrincipal user,
        CreatePerson create,
        CancellationToken cancellationToken
    )
    {
        var password = request.Password ?? NewPassword();
        var created = await create.RunAsync(
            request.UserName,
            request.DisplayName,
            password,
            request.Roles,
            user.PersonId(),
            cancellationToken
        );
        return created.Reply(id => Results.Json(new CreatedPerson(id, request.UserName, request.Password is null ? password : null)));
    }

    private static async Task<IResult> ChangeRolesAsync(
        Guid id,
        IReadOnlyList<string> roles,
        ClaimsPrincipal user,
        ChangeRoles change,
        CancellationToken cancellationToken
    ) => (await change.RunAsync(id, roles, user.PersonId(), cancellationToken)).Reply();
}
