using System.Text;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Exports;
using Annotation.Web.Hosting;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>Data out, as lines that are written as they are read.</summary>
internal static class ExportEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapExports(this IEndpointRouteBuilder api)
    {
        var exports = api.MapGroup("/projects/{p}/export").RequireAuthorization(RolePolicies.Engineer);
        exports.MapGet("/preferences", ExportPreferencesAsync);
        exports.MapGet("/demonstrations", ExportDemonstrationsAsync);
    }

    private static async Task<IResult> ExportPreferencesAsync(
        string p,
        string format,
        string? set,
        HttpContext context,
        ExportPreferences export,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            Guid? setId = null;
            if (set is not null)
            {
                var found = await contexts.FindSetAsync(project.Id, set, cancellationToken);
                if (!found.Succeeded)
                {
                    return found.Refusal.Reply();
                }

                setId = found.Value.Id;
            }

            var person = context.User.PersonId();
            var prepared = await export.RunAsync(project.Id, format, setId, person, cancellationToken);
            return Send(context, prepared, $"{project.Name}-preferences.{format}.jsonl", cancellationToken);
        });

    private static async Task<IResult> ExportDemonstrationsAsync(
        string p,
        string format,
        HttpContext context,
        ExportDemonstrations export,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
        {
            var prepared = await export.RunAsync(project.Id, format, cancellationToken);
            return Send(context, prepared, $"{project.Name}-demonstrations.{format}.jsonl", cancellationToken);
        });

    private static IResult Send(HttpContext context, Outcome<Export> prepared, string name, CancellationToken cancellationToken) =>
        prepared.Reply(export =>
        {
            context.Response.Headers["X-Annotation-Snapshot"] = export.Snapshot;
            context.Response.Headers["X-Annotation-Hash"] = export.ContentHash;
            return Results.Stream(target => WriteAsync(export.Lines, target, cancellationToken), "application/x-ndjson", name);
        });

    private static async Task WriteAsync(IAsyncEnumerable<string> lines, Stream target, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(target, new UTF8Encoding(false), bufferSize: 1 << 16, leaveOpen: true);
        writer.NewLine = "\n";
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }
}
