using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Answers that came after the lease was lost and the place taken. They count for nothing, but the work is kept for
/// engineers to look at. Never changed.
/// </summary>
public sealed class LateSubmission
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid TaskId { get; init; }

    public required Guid AssignmentId { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>The same on every retry, so that one submission is kept once.</summary>
    public required Guid SubmissionKey { get; init; }

    /// <summary>The lease under which the answers were made.</summary>
    public required int LeaseVersion { get; init; }

    /// <summary>By question.</summary>
    public required IReadOnlyDictionary<string, AnswerValue> Answers { get; init; }

    public int? ActiveMilliseconds { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
}

internal sealed class LateSubmissionMapping : IEntityTypeConfiguration<LateSubmission>
{
    public void Configure(EntityTypeBuilder<LateSubmission> builder)
    {
        builder.ToTable("late_submissions");
        builder.Property(l => l.Answers).HasJsonConversion(AnswerValue.Json);
        builder.HasIndex(l => l.SubmissionKey).IsUnique();
        builder.HasIndex(l => new { l.ProjectId, l.Id });
        builder.HasOne<Project>().WithMany().HasForeignKey(l => l.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<LabelingTask>().WithMany().HasForeignKey(l => l.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(l => l.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(l => l.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
