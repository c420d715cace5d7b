using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Runs;

/// <summary>The value of one metric at one step of a run.</summary>
public sealed class RunMetric
{
    public required Guid RunId { get; init; }

    public required int Step { get; init; }

    public required string Name { get; init; }

    public required double Value { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class RunMetricMapping : IEntityTypeConfiguration<RunMetric>
{
    public void Configure(EntityTypeBuilder<RunMetric> builder)
    {
        builder.ToTable("run_metrics");
        builder.HasKey(m => new
        {
            m.RunId,
            m.Step,
            m.Name,
        });
        builder.Property(m => m.Name).HasMaxLength(100);
        builder.HasOne<Run>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
