using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Accounts;

/// <summary>One change that somebody made, written in the transaction of the change itself. Never updated.</summary>
public sealed class AuditEvent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it; null when the program did it by itself.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Noun and verb, such as <c>project.created</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to: the name a person knows it by, or an id.</summary>
    public required string Subject { get; init; }

    /// <summary>A JSON object with whatever else matters.</summary>
    public string Details { get; init; } = "{}";
}

internal sealed class AuditEventMapping : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> builder)
    {
        builder.ToTable("audit_events");
        builder.Property(e => e.Details).HasColumnType("jsonb");
        builder.HasIndex(e => e.At);
        builder.HasOne<Person>().WithMany().HasForeignKey(e => e.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
