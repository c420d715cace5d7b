using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Runs;

/// <summary>A completion that the policy in training wrote at one step, kept for people to read.</summary>
public sealed class RunSample
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid RunId { get; init; }

    public required int Step { get; init; }

    /// <summary>The prompt as text.</summary>
    public required string Prompt { get; init; }

    public required string Completion { get; init; }

    /// <summary>The reward model's weighted score, when there is one.</summary>
    public double? Score { get; init; }
}

internal sealed class RunSampleMapping : IEntityTypeConfiguration<RunSample>
{
    public void Configure(EntityTypeBuilder<RunSample> builder)
    {
        builder.ToTable("run_samples");
        builder.HasIndex(s => new { s.RunId, s.Step });
        builder.HasOne<Run>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
