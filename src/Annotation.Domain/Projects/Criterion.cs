using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Projects;

/// <summary>One aspect on which completions are ranked. Each becomes a head of the reward model.</summary>
public sealed class Criterion
{
    /// <summary>The key of the criterion that every project has, with weight 1.</summary>
    public const string Overall = "overall";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>Lower-case letters, digits and hyphens; unique in the project; what files and reward models store.</summary>
    public required string Key { get; init; }

    public required string Name { get; set; }

    /// <summary>What to look at, in the labelers' words (markdown).</summary>
    public string Guideline { get; set; } = "";

    /// <summary>Share of this criterion's head in PPO's score: 1 for overall, 0 for the others until an engineer says.</summary>
    public double Weight { get; set; }

    /// <summary>Order in which the criteria are asked.</summary>
    public int Position { get; set; }

    /// <summary>Assignments claimed before this moment do not have to answer for this criterion.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class CriterionMapping : IEntityTypeConfiguration<Criterion>
{
    public void Configure(EntityTypeBuilder<Criterion> builder)
    {
        builder.ToTable("criteria");
        builder.Property(c => c.Key).HasMaxLength(50);
        builder.Property(c => c.Name).HasMaxLength(100);
        builder.HasIndex(c => new { c.ProjectId, c.Key }).IsUnique();
    }
}
