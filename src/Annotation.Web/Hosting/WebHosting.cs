using System.Net;
using System.Text.Json.Serialization;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Web.Accounts;
using Annotation.Web.Labeling;
using Annotation.Web.Layout;
using Annotation.Web.Models;
using Annotation.Web.Questionnaires;
using Annotation.Web.Runs;
using Annotation.Web.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Identity;
using MudBlazor.Services;

namespace Annotation.Web.Hosting;

/// <summary>Puts the web application together.</summary>
internal static class WebHosting
{
    /// <summary>Adds every service of the web application.</summary>
    /// <exception cref="InvalidOperationException">The connection string is not configured.</exception>
    public static void AddAnnotation(this WebApplicationBuilder builder)
    {
        // Also when output that was built, not published, runs as Production.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var connection = builder.Configuration.RequireConnection();
        var services = builder.Services;

        services.AddAnnotationDomain(connection).AddSignInManager();
        services.AddDataProtection().SetApplicationName("Annotation").PersistKeysToDbContext<AnnotationDbContext>();
        services.AddAnnotationSecurity();
        services.AddRunQueue(connection);
        services.AddSingleton(_ => new ArtifactStore(builder.Configuration.RequireArtifacts()));
        services.AddSingleton<SafeMarkdown>();
        services.AddSingleton<TaskViews>();
        services.AddSingleton<InquiryQueries>();
        services.AddSingleton<PreviewTasks>();
        services.AddSingleton<RunRequests>();
        services.AddSingleton<GenerationRequests>();
        services.AddSingleton<RunLauncher>();
        services.AddSingleton<ModelUpload>();

        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
            // Clients may name the kind of an answer anywhere in it.
            json.SerializerOptions.AllowOutOfOrderMetadataProperties = true;
        });
        services.AddOpenApi();
        services.AddExceptionHandler<FailureResponses>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddHealthChecks().AddDbContextCheck<AnnotationDbContext>();
        services.Configure<ForwardedHeadersOptions>(options => TrustProxies(options, builder.Configuration));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));

        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
    }

    /// <summary>Lays out the request pipeline and all routes.</summary>
    public static void UseAnnotation(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler(_ => { });
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments("/api"),
            pages => pages.UseStatusCodePagesWithReExecute("/status/{0}")
        );
        app.UseRouting();
        app.UseMiddleware<ContentSecurity>();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapStart();
        app.MapSignOut();
        app.MapApi();
        app.MapQueueDashboard();
        app.MapRazorComponents<App>()
            // One policy header for each answer, ours.
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }

    private static void TrustProxies(ForwardedHeadersOptions options, ConfigurationManager configuration)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var proxy in configuration.GetSection("Annotation:KnownProxies").Get<string[]>() ?? [])
        {
            options.KnownProxies.Add(IPAddress.Parse(proxy));
        }
    }
}
