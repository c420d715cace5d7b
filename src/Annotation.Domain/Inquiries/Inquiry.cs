using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Inquiries;

/// <summary>A labeler's conversation with the engineers about one task.</summary>
public sealed class Inquiry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid AssignmentId { get; init; }

    /// <summary>The labeler who asks.</summary>
    public required Guid PersonId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When an engineer answered the last question; null while it waits.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    /// <summary>When the labeler last opened it.</summary>
    public DateTimeOffset ReadAt { get; set; }

    public List<InquiryMessage> Messages { get; init; } = [];
}

/// <summary>One message of an inquiry.</summary>
public sealed class InquiryMessage
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid InquiryId { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>Markdown.</summary>
    public required string Text { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class InquiryMapping : IEntityTypeConfiguration<Inquiry>, IEntityTypeConfiguration<InquiryMessage>
{
    public void Configure(EntityTypeBuilder<Inquiry> builder)
    {
        builder.ToTable("inquiries");
        builder.HasIndex(i => i.AssignmentId).IsUnique();
        builder.HasIndex(i => i.PersonId);
        builder.HasIndex(i => new { i.ProjectId, i.AnsweredAt });
        builder.HasOne<Project>().WithMany().HasForeignKey(i => i.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(i => i.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(i => i.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(i => i.Messages).WithOne().HasForeignKey(m => m.InquiryId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<InquiryMessage> builder)
    {
        builder.ToTable("inquiry_messages");
        builder.HasIndex(m => m.InquiryId);
        builder.HasOne<Person>().WithMany().HasForeignKey(m => m.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
