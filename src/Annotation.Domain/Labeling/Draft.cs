using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>What a labeler has so far of an answer that is not submitted. The one thing here that is overwritten.</summary>
public sealed class Draft
{
    /// <summary>Largest content, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1024 * 1024;

    public required Guid AssignmentId { get; init; }

    /// <summary>Grows with every change, in whatever browser it is made.</summary>
    public required long Revision { get; set; }

    /// <summary>Whatever the page keeps: a JSON document.</summary>
    public required string Content { get; set; }

    public required DateTimeOffset SavedAt { get; set; }

    /// <summary>The content as JSON.</summary>
    public JsonElement Read() => JsonElement.Parse(Content);
}

internal sealed class DraftMapping : IEntityTypeConfiguration<Draft>
{
    public void Configure(EntityTypeBuilder<Draft> builder)
    {
        builder.ToTable("drafts");
        builder.HasKey(d => d.AssignmentId);
        // Not jsonb: it comes back byte for byte, and nobody searches in it.
        builder.Property(d => d.Content).HasColumnType("text");
        builder.HasOne<Assignment>().WithOne().HasForeignKey<Draft>(d => d.AssignmentId).OnDelete(DeleteBehavior.Restrict);
    }
}
