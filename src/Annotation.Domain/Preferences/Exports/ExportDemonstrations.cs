using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Formats;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Writes a project's live demonstrations as lines of a format.</summary>
public sealed class ExportDemonstrations(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private const int PageSize = 500;
    private const string HashName = "demonstrations-1";

    /// <summary>Takes what is live now and returns its lines in an order that depends on the texts alone.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="format">Name of a format that demonstrations can be written in.</param>
    /// <param name="cancellationToken">Stops the preparation and the lines.</param>
    public async Task<Outcome<Export>> RunAsync(Guid projectId, string format, CancellationToken cancellationToken)
    {
        var writer = Format.Find<IDemonstrationWriter>(format, "demonstrations");
        if (!writer.Succeeded)
        {
            return writer.Refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from demonstration in db.Demonstrations.Live(db)
            join prompt in db.Prompts on demonstration.PromptId equals prompt.Id
            join completion in db.Completions on demonstration.CompletionId equals completion.Id
            where demonstration.ProjectId == projectId
            select new
            {
                demonstration.Id,
                Prompt = prompt.TextHash,
                Completion = completion.TextHash,
            }
        ).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return new Refusal("no-demonstrations", "The project has no demonstrations yet; write or import some first.");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(HashName));
        var ordered = rows.OrderBy(r => Convert.ToHexString(r.Prompt) + Convert.ToHexString(r.Completion), StringComparer.Ordinal).ToList();
        foreach (var row in ordered)
        {
            hash.AppendData(row.Prompt);
            hash.AppendData(row.Completion);
        }

        return new Export(
            $"demonstrations@{time.Now().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)}",
            Convert.ToHexStringLower(hash.GetHashAndReset()),
            WriteAsync(ordered.ConvertAll(r => r.Id), writer.Value, cancellationToken)
        );
    }

    private async IAsyncEnumerable<string> WriteAsync(
        List<Guid> ids,
        IDemonstrationWriter writer,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var page in ids.Chunk(PageSize))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var rows = await (
                from demonstration in db.Demonstrations
                join prompt in db.Prompts on demonstration.PromptId equals prompt.Id
                join completion in db.Completions on demonstration.CompletionId equals completion.Id
                where page.Contains(demonstration.Id)
                select new
                {
                    demonstration.Id,
                    prompt.Messages,
                    completion.Text,
                }
            )
                .AsNoTracking()
                .ToDictionaryAsync(r => r.Id, cancellationToken);
            foreach (var id in page)
            {
                yield return writer.WriteDemonstration(new DemonstrationContent(rows[id].Messages, rows[id].Text));
            }
        }
    }
}
