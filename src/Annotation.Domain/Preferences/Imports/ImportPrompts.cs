using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Imports prompts from a file.</summary>
public sealed class ImportPrompts(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores every prompt that the project does not have yet.</summary>
    /// <param name="projectId">Where to.</param>
    /// <param name="format">Name of a format that prompts can be read from.</param>
    /// <param name="fileName">As the person knows it; a name ending in .gz is gunzipped.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="importedBy">Who imports; null for the program itself.</param>
    /// <param name="cancellationToken">Stops the work and undoes it.</param>
    public async Task<Outcome<ImportReport>> RunAsync(
        Guid projectId,
        string format,
        string fileName,
        Stream file,
        Guid? importedBy,
        CancellationToken cancellationToken
    )
    {
        var reader = Format.Find<IPromptReader>(format, "prompts");
        if (!reader.Succeeded)
        {
            return reader.Refusal;
        }

        var request = new ImportRequest(projectId, format, fileName, file, importedBy);
        return await new ImportFile(contexts, time).RunAsync(
            request,
            "prompts",
            reader.Value.ReadPrompts,
            (db, prompts, token) => StoreAsync(db, request, prompts, token),
            cancellationToken
        );
    }

    private async Task<int> StoreAsync(
        AnnotationDbContext db,
        ImportRequest request,
        IReadOnlyList<IReadOnlyList<PromptMessage>> prompts,
        CancellationToken cancellationToken
    )
    {
        var (_, newCount) = await db.AddPromptsAsync(request.ProjectId, prompts, request.Source, time.Now(), cancellationToken);
        return newCount;
    }
}
