using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Imports;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>Files in: prompts, demonstrations, preferences and tasks, read as they arrive.</summary>
internal static class ImportEndpoints
{
    private const long MaxBytes = 2L * 1024 * 1024 * 1024;

    /// <summary>Maps the routes.</summary>
    public static void MapImports(this IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/projects/{p}/import").RequireAuthorization(RolePolicies.Engineer);
        imports.MapPost("/prompts", ImportPromptsAsync);
        imports.MapPost("/demonstrations", ImportDemonstrationsAsync);
        imports.MapPost("/preferences", ImportPreferencesAsync);
        imports.MapPost("/tasks", ImportTasksAsync);
    }

    private static Task<IResult> ImportPromptsAsync(
        [AsParameters] Upload upload,
        ImportPrompts import,
        CancellationToken cancellationToken
    ) => upload.ReplyAsync(import.RunAsync, cancellationToken);

    private static Task<IResult> ImportDemonstrationsAsync(
        [AsParameters] Upload upload,
        ImportDemonstrations import,
        CancellationToken cancellationToken
    ) => upload.ReplyAsync(import.RunAsync, cancellationToken);

    private static Task<IResult> ImportPreferencesAsync(
        [AsParameters] Upload upload,
        ImportPreferences import,
        CancellationToken cancellationToken
    ) => upload.ReplyAsync(import.RunAsync, cancellationToken);

    private static Task<IResult> ImportTasksAsync([AsParameters] Upload upload, ImportTasks import, CancellationToken cancellationToken) =>
        upload.ReplyAsync(import.RunAsync, cancellationToken);

    private delegate Task<Outcome<ImportReport>> Import(
        Guid projectId,
        string format,
        string fileName,
        Stream file,
        Guid? importedBy,
        CancellationToken cancellationToken
    );

    /// <summary>A file that is being sent.</summary>
    private sealed record Upload(string P, string Format, string File, HttpContext Context, IDbContextFactory<AnnotationDbContext> Contexts)
    {
        public async Task<IResult> ReplyAsync(Import import, CancellationToken cancellationToken)
        {
            if (Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = MaxBytes;
            }

            var project = await Contexts.FindProjectAsync(P, cancellationToken);
            if (!project.Succeeded)
            {
                return project.Refusal.Reply();
            }

            var report = await import(project.Value.Id, Format, File, Context.Request.Body, Context.User.PersonId(), cancellationToken);
            return report.Reply(r => Results.Json(ToRow(r)));
        }
    }

    private static Client.Contracts.ImportReport ToRow(ImportReport report) =>
        new(report.Landed, report.Repeated, [.. report.Rejected.Select(r => new Client.Contracts.RejectedRow(r.Line, r.Reason))]);
}
