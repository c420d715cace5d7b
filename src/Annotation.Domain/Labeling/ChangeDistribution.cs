using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Changes how a project's tasks are handed out.</summary>
public sealed class ChangeDistribution(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>
    /// Stores the settings and returns them. Cap, threshold and random arm hold for tasks made from now on (the
    /// threshold also for those that wait for judges), the others for the next claim.
    /// </summary>
    public async Task<Outcome<DistributionSettings>> RunAsync(
        Guid projectId,
        DistributionSettings settings,
        Guid? changedBy,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await ProjectLock.TakeAsync(db, projectId, cancellationToken) is not { } project)
        {
            return new Refusal("unknown-project", $"There is no project {projectId}.");
        }

        if (settings.Check(project.JudgementsPerTask) is { } refusal)
        {
            return refusal;
        }

        project.JudgementsCap = settings.JudgementsCap;
        project.AgreementThreshold = settings.AgreementThreshold;
        project.RandomArmShare = settings.RandomArmShare;
        project.SkipPolicy = settings.SkipPolicy;
        project.TasksPerPerson = settings.TasksPerPerson;
        project.TasksPerPersonPerDay = settings.TasksPerPersonPerDay;
        db.Audit(time.Now(), changedBy, "project.distribution-changed", project.Name, settings);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return settings;
    }
}
