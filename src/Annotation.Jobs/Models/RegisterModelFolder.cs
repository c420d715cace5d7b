using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Jobs.Models;

/// <summary>Registers a model folder that came with the program, once, however many workers start at a time.</summary>
public sealed class RegisterModelFolder(
    IDbContextFactory<AnnotationDbContext> contexts,
    NpgsqlDataSource database,
    ArtifactStore store,
    TimeProvider time
)
{
    /// <summary>Copies the folder into the store and registers it, unless the name is there already.</summary>
    public async Task RunAsync(string name, string folder, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var wait = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended(@name, 0))", connection);
        wait.Parameters.AddWithValue("name", $"annotation model {name}");
        await wait.ExecuteNonQueryAsync(ct);

        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Models.AnyAsync(m => m.Name == name, ct))
        {
            return;
        }
        var model = ModelFolder.Check(folder);
        var staging = Directory.CreateDirectory(Path.Combine(store.Root, $"staging-{Guid.CreateVersion7():N}")).FullName;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(staging, Path.GetFileName(file)));
        }
        var made = new NewModel(
            name,
            model.Kind,
            model.Config.ModelType,
            model.ParameterCount,
            await store.AddAsync(staging, ct),
            model.Criteria,
            BaseModelId: null,
            PreferenceSetId: null,
            ModelShelf.Describe(model.Config)
        );
        await Registry.AddAsync(db, runId: null, made, time.Now(), ct);
    }
}
