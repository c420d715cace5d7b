using Annotation.Domain.Accounts;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Prompts;

/// <summary>One continuation of a prompt, by a model or a person. Never changed.</summary>
public sealed class Completion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid PromptId { get; init; }

    public required string Text { get; init; }

    /// <summary>SHA-256 of the text's UTF-8 bytes.</summary>
    public required byte[] TextHash { get; init; }

    /// <summary>The registered model that wrote it; null for a person's or an imported text.</summary>
    public Guid? ModelId { get; init; }

    /// <summary>Name of the model that wrote it, registered here or not; null if a person did or nobody knows.</summary>
    public string? ModelName { get; init; }

    /// <summary>The run that generated it.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The person who wrote it.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>A JSON object with the sampling settings; null when it was not sampled here.</summary>
    public string? SamplingSettings { get; init; }

    /// <summary>Seed of the generator that sampled it.</summary>
    public long? Seed { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class CompletionMapping : IEntityTypeConfiguration<Completion>
{
    public void Configure(EntityTypeBuilder<Completion> builder)
    {
        builder.ToTable("completions");
        builder.Property(c => c.SamplingSettings).HasColumnType("jsonb");
        builder
            .HasIndex(c => new
            {
                c.PromptId,
                c.TextHash,
                c.ModelId,
                c.ModelName,
                c.PersonId,
            })
            .IsUnique()
            .AreNullsDistinct(false);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(c => c.PromptId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(c => c.ModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Run>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(c => c.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
