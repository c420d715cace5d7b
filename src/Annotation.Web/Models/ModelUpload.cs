using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Web.Runs;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Models;

/// <summary>Takes in a model folder and starts the run that checks and registers it.</summary>
internal sealed class ModelUpload(ArtifactStore store, RunLauncher launcher, IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>Unpacks the archive into the artifact store and starts the import; a refused archive leaves nothing behind.</summary>
    /// <param name="name">Name of the new model.</param>
    /// <param name="baseModel">The model that an adapter's folder belongs to; null for a whole model.</param>
    /// <param name="archive">A tar of the folder.</param>
    /// <param name="importedBy">Who imports.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<RunRow>> RunAsync(
        string name,
        Guid? baseModel,
        Stream archive,
        Guid importedBy,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Models.AnyAsync(m => m.Name == name, cancellationToken))
        {
            // Said before gigabytes are sent; starting the run checks it again.
            return new Refusal("name-taken", $"There is a model named '{name}' already; choose another name.");
        }

        // The run is started when everything is there: a worker may look for it at any moment after.
        var staging = Directory.CreateDirectory(Path.Combine(store.Root, "incoming", $"upload-{Guid.CreateVersion7()}"));
        try
        {
            var unpacked = await ModelArchive.UnpackAsync(archive, staging.FullName, cancellationToken);
            return unpacked.Succeeded
                ? await launcher.StartAsync(
                    new NewRun(RunKind.Import, "{}")
                    {
                        OutputName = name,
                        BaseModelId = baseModel,
                        StartedBy = importedBy,
                    },
                    runId =>
                    {
                        var folder = store.IncomingFolder(runId);
                        foreach (var file in staging.GetFiles())
                        {
                            file.MoveTo(Path.Combine(folder, file.Name));
                        }

                        return Task.CompletedTask;
                    },
                    cancellationToken
                )
                : unpacked.Refusal;
        }
        finally
        {
            staging.Delete(recursive: true);
        }
    }
}
