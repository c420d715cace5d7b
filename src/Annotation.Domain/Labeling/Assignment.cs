using Annotation.Domain.Accounts;
using Annotation.Domain.Dialogues;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>A task handed to one person for a limited time. There is one per task and person, ever.</summary>
public sealed class Assignment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid TaskId { get; init; }

    /// <summary>The task's project, here too, so that a person's work in it is counted without looking at the tasks.</summary>
    public required Guid ProjectId { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>Grows each time the lease is handed out anew; a submission names the version it was made under.</summary>
    public int Version { get; set; } = 1;

    public required DateTimeOffset LeaseUntil { get; set; }

    /// <summary>The completions in the order this person sees them, top first.</summary>
    public required Guid[] ShownOrder { get; init; }

    public AssignmentState State { get; set; } = AssignmentState.Active;

    public string? SkipReason { get; set; }

    public required DateTimeOffset ClaimedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The project's guideline version when the lease was handed out.</summary>
    public required int GuidelineVersion { get; set; }

    /// <summary>The project's questionnaire version when the lease was handed out.</summary>
    public int QuestionnaireVersion { get; set; }

    /// <summary>Which turns the person writes in a dialogue of two people.</summary>
    public DialogueSeat Seat { get; set; }
}

internal sealed class AssignmentMapping : IEntityTypeConfiguration<Assignment>
{
    public void Configure(EntityTypeBuilder<Assignment> builder)
    {
        builder.ToTable("assignments");
        builder.HasIndex(a => new { a.TaskId, a.PersonId }).IsUnique();
        builder.HasIndex(a => a.PersonId).HasFilter("state = 'active'").HasDatabaseName("ix_assignments_active_person");
        // With what a claim counts of the person's day, so that it need not look at the rows.
        builder.HasIndex(a => new { a.PersonId, a.EndedAt }).IncludeProperties(a => new { a.ProjectId, a.State });
        builder.HasIndex(a => a.LeaseUntil).HasFilter("state = 'active'").HasDatabaseName("ix_assignments_active_lease_until");
        builder.Property(a => a.Seat).HasMaxLength(20).HasDefaultValue(DialogueSeat.Both);
        builder.HasOne<LabelingTask>().WithMany().HasForeignKey(a => a.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(a => a.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
