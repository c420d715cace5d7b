using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Preferences;

/// <summary>The live rankings of a project at one moment, split and hashed. Never changed.</summary>
public sealed class PreferenceSet
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>Counts from 1 within the project.</summary>
    public required int Number { get; init; }

    /// <summary>SHA-256 over the content of all its rankings, 64 hexadecimal digits; equal content, equal hash.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Keys of the criteria it holds rankings for, <c>overall</c> first, the others by name.</summary>
    public required List<string> Criteria { get; init; }

    public required int RankingCount { get; init; }

    public required int PromptCount { get; init; }

    /// <summary>Rankings in the train split; likewise below.</summary>
    public required int TrainCount { get; init; }

    public required int ValidationCount { get; init; }

    public required int TestCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A ranking in a frozen set.</summary>
public sealed class PreferenceSetItem
{
    public required Guid SetId { get; init; }

    public required Guid RankingId { get; init; }

    public required Split Split { get; init; }
}

internal sealed class PreferenceSetMapping : IEntityTypeConfiguration<PreferenceSet>, IEntityTypeConfiguration<PreferenceSetItem>
{
    public void Configure(EntityTypeBuilder<PreferenceSet> builder)
    {
        builder.ToTable("preference_sets");
        builder.Property(s => s.ContentHash).HasMaxLength(64).IsFixedLength();
        builder.HasIndex(s => new { s.ProjectId, s.Number }).IsUnique();
        builder.HasIndex(s => new { s.ProjectId, s.ContentHash }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(s => s.ProjectId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<PreferenceSetItem> builder)
    {
        builder.ToTable("preference_set_items");
        builder.HasKey(i => new { i.SetId, i.RankingId });
        builder.HasOne<PreferenceSet>().WithMany().HasForeignKey(i => i.SetId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Ranking>().WithMany().HasForeignKey(i => i.RankingId).OnDelete(DeleteBehavior.Restrict);
    }
}
