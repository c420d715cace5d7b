using System.Security.Claims;
using Annotation.Domain.Accounts;

namespace Annotation.Web.Security;

/// <summary>Reads the signed-in person from the claims, whether a cookie or a token brought them.</summary>
internal static class SignedIn
{
    /// <summary>The person's id.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in.</exception>
    public static Guid PersonId(this ClaimsPrincipal user) =>
        Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id)
            ? id
            : throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>The name that colleagues see.</summary>
    public static string DisplayName(this ClaimsPrincipal user) =>
        user.FindFirstValue(PersonClaims.DisplayName) ?? user.Identity?.Name ?? "";

    /// <summary>Whether the person is more than a labeler.</summary>
    public static bool IsStaff(this ClaimsPrincipal user) => user.IsInRole(Roles.Engineer) || user.IsInRole(Roles.Admin);
}
