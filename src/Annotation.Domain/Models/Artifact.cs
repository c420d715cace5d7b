using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Models;

/// <summary>A folder of files in the artifact store, such as a model's weights and tokenizer.</summary>
public sealed class Artifact
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Relative to the root of the store, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 over the folder's file names and contents, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    public required long ByteCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ArtifactMapping : IEntityTypeConfiguration<Artifact>
{
    public void Configure(EntityTypeBuilder<Artifact> builder)
    {
        builder.ToTable("artifacts");
        builder.Property(a => a.Sha256).HasMaxLength(64).IsFixedLength();
        builder.HasIndex(a => a.Path).IsUnique();
    }
}
