using Annotation.Domain.Accounts;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Models;

/// <summary>That a policy was made a project's writer of completions. Appended to, never changed.</summary>
public sealed class Promotion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid ModelId { get; init; }

    /// <summary>Who promoted it; null when the program did.</summary>
    public Guid? PersonId { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class PromotionMapping : IEntityTypeConfiguration<Promotion>
{
    public void Configure(EntityTypeBuilder<Promotion> builder)
    {
        builder.ToTable("promotions");
        builder.HasIndex(p => new { p.ProjectId, p.At });
        builder.HasOne<Project>().WithMany().HasForeignKey(p => p.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(p => p.ModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(p => p.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
