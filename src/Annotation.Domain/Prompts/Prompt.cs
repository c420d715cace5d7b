using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Prompts;

/// <summary>A conversation so far, one turn or many, that waits for a completion by the assistant.</summary>
public sealed class Prompt
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary><see cref="PromptText.Hash(IReadOnlyList{PromptMessage})"/> of the messages; unique in the project.</summary>
    public required byte[] TextHash { get; init; }

    /// <summary><see cref="PromptText.SplitOf"/> the messages.</summary>
    public required Split Split { get; init; }

    /// <summary>Where it came from: <c>typed</c>, or <c>import:FORMAT:FILE</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Language (BCP 47, lower case), such as <c>en</c>; null when nobody said.</summary>
    public string? Language { get; set; }

    /// <summary>Sensitive categories, such as <c>violence</c>: labelers are warned and may opt out of them.</summary>
    public string[] ContentFlags { get; set; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A prompt with its hash and split computed.</summary>
    public static Prompt Create(Guid projectId, IReadOnlyList<PromptMessage> messages, string source, DateTimeOffset at) =>
        new()
        {
            ProjectId = projectId,
            Messages = messages,
            TextHash = PromptText.Hash(messages),
            Split = PromptText.SplitOf(messages),
            Source = source,
            CreatedAt = at,
        };
}

internal sealed class PromptMapping : IEntityTypeConfiguration<Prompt>
{
    public void Configure(EntityTypeBuilder<Prompt> builder)
    {
        builder.ToTable("prompts");
        builder.Property(p => p.Messages).HasJsonConversion();
        builder.HasIndex(p => new { p.ProjectId, p.TextHash }).IsUnique();
        builder.HasIndex(p => p.TextHash);
        builder.Property(p => p.Language).HasMaxLength(20);
        builder.Property(p => p.ContentFlags).HasDefaultValueSql("'{}'");
        builder.HasOne<Project>().WithMany().HasForeignKey(p => p.ProjectId).OnDelete(DeleteBehavior.Restrict);
    }
}
