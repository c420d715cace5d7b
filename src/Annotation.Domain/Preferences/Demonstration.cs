using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Preferences;

/// <summary>A completion that shows how it should be done; what SFT learns from. A correction supersedes.</summary>
public sealed class Demonstration
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid PromptId { get; init; }

    public required Guid CompletionId { get; init; }

    /// <summary>Who wrote it here; null for imported ones.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The answer this demonstration was made from; null for imported ones.</summary>
    public Guid? AnswerId { get; init; }

    /// <summary>Where it came from: <c>answer</c>, or <c>import:FORMAT:FILE</c>.</summary>
    public required string Source { get; init; }

    public Guid? SupersedesId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DemonstrationMapping : IEntityTypeConfiguration<Demonstration>
{
    public void Configure(EntityTypeBuilder<Demonstration> builder)
    {
        builder.ToTable("demonstrations");
        builder.HasIndex(d => d.ProjectId);
        builder.HasIndex(d => d.PromptId);
        builder.HasIndex(d => d.CompletionId);
        builder.HasIndex(d => d.SupersedesId).IsUnique();
        // A dialogue shows one at each turn of the assistant.
        builder.HasIndex(d => new { d.AnswerId, d.PromptId }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(d => d.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(d => d.PromptId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Completion>().WithMany().HasForeignKey(d => d.CompletionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(d => d.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Answer>().WithMany().HasForeignKey(d => d.AnswerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Demonstration>().WithMany().HasForeignKey(d => d.SupersedesId).OnDelete(DeleteBehavior.Restrict);
    }
}
