using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Preferences;

/// <summary>
/// The common coin of all judgements: an order over completions of one prompt on one criterion, ties allowed. Never
/// changed: a correction is a new row that supersedes; a ranking is live while none supersedes it.
/// </summary>
public sealed class Ranking
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid PromptId { get; init; }

    /// <summary>Key of the criterion.</summary>
    public required string Criterion { get; init; }

    /// <summary>The person who judged here; null for imported rankings.</summary>
    public Guid? LabelerId { get; init; }

    /// <summary>How the labeler is called in files; null when nobody knows.</summary>
    public string? LabelerName { get; init; }

    /// <summary>The answer this ranking was made from; null for imported rankings.</summary>
    public Guid? AnswerId { get; init; }

    /// <summary>The imported answer this ranking was made from; null for answers given here and for files that hold the order alone.</summary>
    public Guid? ImportedAnswerId { get; init; }

    /// <summary>Where it came from: <c>answer</c>, or <c>import:FORMAT:FILE</c>.</summary>
    public required string Source { get; init; }

    /// <summary><see cref="RankingContent.Hash"/> of what was judged and how; unique in the project.</summary>
    public required byte[] ContentHash { get; init; }

    public Guid? SupersedesId { get; init; }

    /// <summary>When the labeler judged; null when an imported file does not say.</summary>
    public DateTimeOffset? JudgedAt { get; init; }

    /// <summary>How long the judgement took, in milliseconds.</summary>
    public int? ActiveMilliseconds { get; init; }

    /// <summary>When this row was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public List<RankingItem> Items { get; init; } = [];
}

/// <summary>The rank of one completion in a ranking.</summary>
public sealed class RankingItem
{
    public Guid RankingId { get; init; }

    public required Guid CompletionId { get; init; }

    /// <summary>1 = best; equal ranks are ties; dense.</summary>
    public required int Rank { get; init; }

    /// <summary>Where the labeler saw it, 0 = on top; null when unknown.</summary>
    public int? ShownPosition { get; init; }
}

internal sealed class RankingMapping : IEntityTypeConfiguration<Ranking>, IEntityTypeConfiguration<RankingItem>
{
    public void Configure(EntityTypeBuilder<Ranking> builder)
    {
        builder.ToTable("rankings");
        builder.Property(r => r.Criterion).HasMaxLength(50);
        builder.HasIndex(r => new { r.ProjectId, r.ContentHash }).IsUnique();
        builder.HasIndex(r => r.SupersedesId).IsUnique();
        builder.HasIndex(r => r.PromptId);
        builder.HasIndex(r => r.AnswerId).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(r => r.PromptId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.LabelerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Answer>().WithMany().HasForeignKey(r => r.AnswerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => r.ImportedAnswerId).IsUnique();
        builder.HasOne<ImportedAnswer>().WithMany().HasForeignKey(r => r.ImportedAnswerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Ranking>().WithMany().HasForeignKey(r => r.SupersedesId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(r => r.Items).WithOne().HasForeignKey(i => i.RankingId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<RankingItem> builder)
    {
        builder.ToTable("ranking_items");
        builder.HasKey(i => new { i.RankingId, i.CompletionId });
        builder.HasOne<Completion>().WithMany().HasForeignKey(i => i.CompletionId).OnDelete(DeleteBehavior.Restrict);
    }
}
