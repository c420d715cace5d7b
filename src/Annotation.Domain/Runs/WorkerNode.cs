using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Runs;

/// <summary>A worker process that is, or was, serving queues.</summary>
public sealed class WorkerNode
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Unique; machine and process, as the worker calls itself.</summary>
    public required string Name { get; init; }

    public required string Device { get; set; }

    public required List<string> Queues { get; set; }

    public required DateTimeOffset StartedAt { get; set; }

    public required DateTimeOffset HeartbeatAt { get; set; }

    public Guid? CurrentRunId { get; set; }
}

internal sealed class WorkerNodeMapping : IEntityTypeConfiguration<WorkerNode>
{
    public void Configure(EntityTypeBuilder<WorkerNode> builder)
    {
        builder.ToTable("worker_nodes");
        builder.HasIndex(w => w.Name).IsUnique();
        builder.HasOne<Run>().WithMany().HasForeignKey(w => w.CurrentRunId).OnDelete(DeleteBehavior.Restrict);
    }
}
