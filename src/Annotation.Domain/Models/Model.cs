using Annotation.Domain.Preferences;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Models;

/// <summary>A trained or imported model, with where it came from. Never changed after it was registered.</summary>
public sealed class Model
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Unique; the name used on the command line.</summary>
    public required string Name { get; init; }

    public required ModelKind Kind { get; init; }

    /// <summary>Family of the network, such as <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    public required long ParameterCount { get; init; }

    public required Guid ArtifactId { get; init; }

    /// <summary>The model whose weights this one started from; null for an import or a training from nothing.</summary>
    public Guid? BaseModelId { get; init; }

    /// <summary>The run that made it; null for an import.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The frozen judgements a reward model learned from.</summary>
    public Guid? PreferenceSetId { get; init; }

    /// <summary>Keys of a reward model's heads, in their order; null for a policy.</summary>
    public List<string>? Criteria { get; init; }

    /// <summary>A JSON object: the network's configuration and whatever its maker recorded.</summary>
    public string Details { get; init; } = "{}";

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ModelMapping : IEntityTypeConfiguration<Model>
{
    public void Configure(EntityTypeBuilder<Model> builder)
    {
        builder.ToTable("models");
        builder.Property(m => m.Name).HasMaxLength(100);
        builder.Property(m => m.Details).HasColumnType("jsonb");
        builder.HasIndex(m => m.Name).IsUnique();
        builder.HasOne<Artifact>().WithMany().HasForeignKey(m => m.ArtifactId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(m => m.BaseModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Run>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<PreferenceSet>().WithMany().HasForeignKey(m => m.PreferenceSetId).OnDelete(DeleteBehavior.Restrict);
    }
}
