using Annotation.Web.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Annotation.Web.Security;

/// <summary>
/// Sets the security headers. Labeling and account pages get a content security policy without any <c>unsafe</c>;
/// staff pages need inline styles for their component library; the queue's dashboard, for admins, inline scripts too.
/// </summary>
internal sealed class ContentSecurity(RequestDelegate next)
{
    private const string Everywhere =
        "default-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; ";

    private const string Strict = Everywhere + "script-src 'self'; style-src 'self'";
    private const string Staff = Everywhere + "script-src 'self'; style-src 'self' 'unsafe-inline'";
    private const string Dashboard = Everywhere + "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PolicyFor(context);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        if (context.Request.Path.StartsWithSegments("/api"))
        {
            headers.CacheControl = "no-store";
        }

        return next(context);
    }

    private static string PolicyFor(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(RunQueue.DashboardPath))
        {
            return Dashboard;
        }

        var page = context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type;
        var interactive = page is not null && !page.IsDefined(typeof(ExcludeFromInteractiveRoutingAttribute), inherit: true);
        return interactive ? Staff : Strict;
    }
}
