using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Models;

/// <summary>Makes a policy the one that writes a project's next completions.</summary>
public sealed class PromoteModel(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Promotes the policy and returns the entry in the project's history of promotions.</summary>
    public async Task<Outcome<Promotion>> RunAsync(Guid projectId, Guid modelId, Guid? promotedBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Id == modelId, cancellationToken);
        if (model is null)
        {
            return new Refusal("unknown-model", $"There is no model {modelId}.");
        }

        if (model.Kind != ModelKind.Policy)
        {
            return new Refusal("wrong-model-kind", $"'{model.Name}' is a reward model; only a policy can be promoted.");
        }

        var at = time.Now();
        var promotion = new Promotion
        {
            ProjectId = projectId,
            ModelId = modelId,
            PersonId = promotedBy,
            At = at,
        };
        db.Promotions.Add(promotion);
        project.PromotedModelId = modelId;
        db.Audit(at, promotedBy, "model.promoted", $"{project.Name}/{model.Name}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return promotion;
    }
}
