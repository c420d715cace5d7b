using System.Security.Claims;
using Annotation.Web.Security;

namespace Annotation.Web.Layout;

/// <summary>Sends everybody from the root to where their work is.</summary>
internal static class StartEndpoint
{
    /// <summary>Maps the root.</summary>
    public static void MapStart(this IEndpointRouteBuilder app) =>
        app.MapGet("/", (ClaimsPrincipal user) => Results.Redirect(user.IsStaff() ? "/home" : "/label"))
            .RequireAuthorization(RolePolicies.Labeler)
            .ExcludeFromDescription();
}
