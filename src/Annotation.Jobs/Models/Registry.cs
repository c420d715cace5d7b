using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Annotation.Jobs.Execution;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Jobs.Models;

/// <summary>Adds rows for stored models.</summary>
public static class Registry
{
    /// <summary>Adds the model and, when its content is new, its artifact. The caller's transaction decides whether they stay.</summary>
    /// <exception cref="RunFailedException">The name is taken.</exception>
    public static async Task<Guid> AddAsync(AnnotationDbContext db, Guid? runId, NewModel made, DateTimeOffset now, CancellationToken ct)
    {
        var artifact = await db.Artifacts.SingleOrDefaultAsync(a => a.Path == made.Stored.Path, ct);
        if (artifact is null)
        {
            artifact = new Artifact
            {
                Path = made.Stored.Path,
                Sha256 = made.Stored.Sha256,
                ByteCount = made.Stored.ByteCount,
                CreatedAt = now,
            };
            db.Artifacts.Add(artifact);
        }
        var model = new Model
        {
            Name = made.Name,
            Kind = made.Kind,
            Architecture = made.Architecture,
            ParameterCount = made.ParameterCount,
            ArtifactId = artifact.Id,
            BaseModelId = made.BaseModelId,
            RunId = runId,
            PreferenceSetId = made.PreferenceSetId,
            Criteria = made.Criteria?.ToList(),
            Details = made.Details.ToJsonString(),
            CreatedAt = now,
        };
        db.Models.Add(model);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e)
            when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "ix_models_name" })
        {
            throw new RunFailedException(
                $"There is already a model named '{made.Name}'; start the run again with another name for its output."
            );
        }
        return model.Id;
    }
}
