using Annotation.Client.Contracts;
using Annotation.Domain.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Annotation.Web.Security;

/// <summary>Who may come in, by cookie or by token.</summary>
internal static class SecurityRegistration
{
    private const string ByRequest = "by-request";

    /// <summary>Adds sign-in by cookie for browsers, bearer tokens for programs, and the role policies.</summary>
    public static void AddAnnotationSecurity(this IServiceCollection services)
    {
        services
            .AddAuthentication(ByRequest)
            .AddPolicyScheme(
                ByRequest,
                displayName: null,
                options =>
                    options.ForwardDefaultSelector = context =>
                        context.Request.Headers.Authorization.Count > 0 ? BearerTokens.Scheme : IdentityConstants.ApplicationScheme
            )
            .AddScheme<AuthenticationSchemeOptions, BearerTokens>(BearerTokens.Scheme, displayName: null, _ => { })
            .AddCookie(IdentityConstants.ApplicationScheme, ConfigureCookie);
        services.AddAuthorization(RolePolicies.Add);
        services.AddAntiforgery(options =>
        {
            options.HeaderName = AntiforgeryForCookies.Header;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddScoped<IUserClaimsPrincipalFactory<Person>, PersonClaims>();
        services.AddScoped<AuthenticationStateProvider, CircuitPerson>();
        services.AddSingleton<SignInLimits>();
        // A person who was disabled or lost a role is out within a minute, on every page that is open.
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromMinutes(1));
        services.Configure<IdentityOptions>(identity =>
        {
            identity.Lockout.MaxFailedAccessAttempts = 20;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        });
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.LoginPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.Cookie.Name = "annotation";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
        cookie.SlidingExpiration = true;
        cookie.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
        cookie.Events.OnRedirectToLogin = context =>
        {
            if (context.Request.Path.StartsWithSegments("/api"))
            {
                return RefuseAsync(context.HttpContext, StatusCodes.Status401Unauthorized);
            }

            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        };
        cookie.Events.OnRedirectToAccessDenied = context =>
            context.Request.Path.StartsWithSegments("/api")
                ? RefuseAsync(context.HttpContext, StatusCodes.Status403Forbidden)
                : SetStatus(context.Response, StatusCodes.Status403Forbidden);
    }

    /// <summary>Writes why somebody may not come in.</summary>
    public static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        var refusal =
            status == StatusCodes.Status401Unauthorized
                ? new Refusal("signed-out", "Sign in, or send a valid token as 'Authorization: Bearer ann_…'.")
                : new Refusal("forbidden", "Your role does not allow this; ask an admin.");
        return context.Response.WriteAsJsonAsync(refusal, context.RequestAborted);
    }

    private static Task SetStatus(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }
}
