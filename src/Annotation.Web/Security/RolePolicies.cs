using Annotation.Domain.Accounts;
using Microsoft.AspNetCore.Authorization;

namespace Annotation.Web.Security;

/// <summary>The names of the authorization policies: each admits a role and those above it.</summary>
internal static class RolePolicies
{
    /// <summary>Admins only.</summary>
    public const string Admin = "admin";

    /// <summary>Engineers and admins.</summary>
    public const string Engineer = "engineer";

    /// <summary>Everybody with an account and a role.</summary>
    public const string Labeler = "labeler";

    /// <summary>Adds the policies; an endpoint that names none is for signed-in people with a role.</summary>
    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Admin, policy => policy.RequireRole(Roles.Admin));
        options.AddPolicy(Engineer, policy => policy.RequireRole(Roles.Admin, Roles.Engineer));
        options.AddPolicy(Labeler, policy => policy.RequireRole(Roles.Admin, Roles.Engineer, Roles.Labeler));
        options.FallbackPolicy = options.GetPolicy(Labeler);
    }
}
