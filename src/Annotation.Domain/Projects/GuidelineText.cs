using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Projects;

/// <summary>A project's guideline at one version. Never changed: an edit is a new version.</summary>
public sealed class GuidelineText
{
    public required Guid ProjectId { get; init; }

    public required int Version { get; init; }

    /// <summary>Markdown.</summary>
    public required string Text { get; init; }

    /// <summary>Worked examples, in order.</summary>
    public required IReadOnlyList<GuidelineExample> Examples { get; init; }

    /// <summary>Who wrote it; null for the program itself.</summary>
    public Guid? PersonId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A worked example; all texts are markdown.</summary>
/// <param name="Title">One line.</param>
/// <param name="Prompt">What was asked.</param>
/// <param name="Completions">What was answered, with ranks.</param>
/// <param name="Explanation">Why they are ranked so.</param>
public sealed record GuidelineExample(string Title, string Prompt, IReadOnlyList<ExampleCompletion> Completions, string Explanation);

/// <summary>A completion of a worked example.</summary>
public sealed record ExampleCompletion(string Text, int? Rank = null);

/// <summary>The guideline version that a person last said to have read.</summary>
public sealed class GuidelineVisit
{
    public required Guid PersonId { get; init; }

    public required Guid ProjectId { get; init; }

    public required int Version { get; set; }

    public required DateTimeOffset At { get; set; }
}

internal sealed class GuidelineMapping : IEntityTypeConfiguration<GuidelineText>, IEntityTypeConfiguration<GuidelineVisit>
{
    public void Configure(EntityTypeBuilder<GuidelineText> builder)
    {
        builder.ToTable("guideline_texts");
        builder.HasKey(g => new { g.ProjectId, g.Version });
        builder.Property(g => g.Examples).HasJsonConversion();
        builder.HasOne<Project>().WithMany().HasForeignKey(g => g.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(g => g.PersonId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<GuidelineVisit> builder)
    {
        builder.ToTable("guideline_visits");
        builder.HasKey(v => new { v.PersonId, v.ProjectId });
        builder.HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(v => v.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
