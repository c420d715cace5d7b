using System.Text.Json;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>
/// What the imports have in common: one transaction for the whole file, one import per project at a time, bad rows
/// reported by line, a bad file refused as a whole.
/// </summary>
internal sealed class ImportFile(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private const int BatchSize = 500;

    // An import waits for the one before it in the same project, which may be a large file.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    // Trees nest two levels per turn; the default of 64 is too shallow for a long conversation.
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 1000 };

    /// <summary>Reads the file and stores it in batches.</summary>
    /// <param name="request">Which project, which file, who imports.</param>
    /// <param name="what">Noun of the audit event: <c>prompts</c>, <c>demonstrations</c>, <c>preferences</c>.</param>
    /// <param name="read">The rows of one line.</param>
    /// <param name="store">Stores the rows that are new and returns how many those were.</param>
    /// <param name="cancellationToken">Stops the work and undoes it.</param>
    public async Task<Outcome<ImportReport>> RunAsync<T>(
        ImportRequest request,
        string what,
        Func<JsonElement, IEnumerable<T>> read,
        Func<AnnotationDbContext, IReadOnlyList<T>, CancellationToken, Task<int>> store,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == request.ProjectId, cancellationToken);
        if (project is null)
        {
            return new Refusal("unknown-project", $"There is no project {request.ProjectId}.");
        }

        db.Database.SetCommandTimeout(Patience);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await WaitForOtherImportsAsync(db, project, cancellationToken);
        var counts = new Counts();
        try
        {
            await StoreLinesAsync(db, request, read, store, counts, cancellationToken);
        }
        catch (ImportFaultException fault)
        {
            return new Refusal("invalid-file", $"{request.FileName}: {fault.Message}; nothing was imported.");
        }

        if (counts.Landed + counts.Repeated == 0)
        {
            return counts.Rejected is [var first, ..]
                ? new Refusal(
                    "nothing-imported",
                    $"{request.FileName}: none of {counts.Rejected.Count} rows can be imported; line {first.Line}: {first.Reason}."
                )
                : new Refusal("nothing-imported", $"{request.FileName}: the file holds no {what}.");
        }

        db.Audit(
            time.Now(),
            request.ImportedBy,
            $"{what}.imported",
            project.Name,
            new
            {
                request.Format,
                file = request.FileName,
                counts.Landed,
                counts.Repeated,
                rejected = counts.Rejected.Count,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ImportReport(counts.Landed, counts.Repeated, counts.Rejected);
    }

    private static async Task StoreLinesAsync<T>(
        AnnotationDbContext db,
        ImportRequest request,
        Func<JsonElement, IEnumerable<T>> read,
        Func<AnnotationDbContext, IReadOnlyList<T>, CancellationToken, Task<int>> store,
        Counts counts,
        CancellationToken cancellationToken
    )
    {
        var batch = new List<T>();
        await foreach (var (number, text) in JsonLines.ReadAsync(request.File, request.FileName, cancellationToken))
        {
            try
            {
                using var line = JsonDocument.Parse(text, Depth);
                // A line lands whole or not at all.
                batch.AddRange(read(line.RootElement).ToList());
            }
            catch (JsonException)
            {
                counts.Rejected.Add(new RejectedRow(number, "the line is not valid JSON"));
            }
            catch (ImportFaultException fault) when (!fault.WholeFile)
            {
                counts.Rejected.Add(new RejectedRow(number, fault.Message));
            }
            catch (ImportFaultException fault)
            {
                throw new ImportFaultException($"line {number}: {fault.Message}", wholeFile: true);
            }

            if (batch.Count >= BatchSize)
            {
                await StoreBatchAsync();
            }
        }

        await StoreBatchAsync();

        async Task StoreBatchAsync()
        {
            var landed = batch.Count == 0 ? 0 : await store(db, batch, cancellationToken);
            counts.Landed += landed;
            counts.Repeated += batch.Count - landed;
            batch.Clear();
        }
    }

    /// <summary>Held to the end of the transaction; two imports of one file must not both find it new.</summary>
    private static Task WaitForOtherImportsAsync(AnnotationDbContext db, Project project, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({"import " + project.Id}, 0))", cancellationToken);

    private sealed class Counts
    {
        public int Landed { get; set; }
        public int Repeated { get; set; }
        public List<RejectedRow> Rejected { get; } = [];
    }
}

/// <summary>A file to be imported.</summary>
/// <param name="ProjectId">Where to.</param>
/// <param name="Format">Name of the format.</param>
/// <param name="FileName">As the person knows it; used in messages, in the rows' source, and to recognise gzip.</param>
/// <param name="File">Its bytes, read once from where it stands.</param>
/// <param name="ImportedBy">Who imports; null for the program itself.</param>
internal sealed record ImportRequest(Guid ProjectId, string Format, string FileName, Stream File, Guid? ImportedBy)
{
    /// <summary>How the rows say where they came from.</summary>
    public string Source => $"import:{Format}:{Path.GetFileName(FileName)}";
}
