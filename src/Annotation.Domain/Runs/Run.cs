using Annotation.Domain.Models;
using Annotation.Domain.Preferences;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Runs;

/// <summary>One piece of work for a worker: a training, a generation, an evaluation or an import.</summary>
public sealed class Run
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Null for a run that belongs to no project: an import, a generation for one prompt, some evaluations.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>Counts from 1 over all runs, so that a number alone names a run; from the sequence <c>run_numbers</c>.</summary>
    public required int Number { get; init; }

    public required RunKind Kind { get; init; }

    public RunState State { get; set; } = RunState.Queued;

    /// <summary>A JSON object: the settings record of the trainer, complete.</summary>
    public required string Settings { get; init; }

    public required long Seed { get; init; }

    /// <summary>The model it starts from (or that writes, or is measured).</summary>
    /// <remarks>Null until the run starts when nobody named one; the worker then takes the default of that moment.</remarks>
    public Guid? BaseModelId { get; set; }

    /// <summary>The reward model that scores; as <see cref="BaseModelId"/> when nobody named one.</summary>
    public Guid? RewardModelId { get; set; }

    /// <summary>The other reward models of a sum that scores.</summary>
    public Guid[] MoreRewardModelIds { get; set; } = [];

    /// <summary>The set it learns from or is measured on; as <see cref="BaseModelId"/> when nobody named one.</summary>
    public Guid? PreferenceSetId { get; set; }

    /// <summary>Whether PPO may use prompts that its base or reward model learned from.</summary>
    public bool AllowOverlap { get; init; }

    /// <summary>Name of the model it will register; null for a run that makes none.</summary>
    public string? OutputName { get; init; }

    public Guid? OutputModelId { get; set; }

    /// <summary>Device it asks for: <c>cpu</c> or <c>cuda</c>. A worker without it leaves the run waiting.</summary>
    public required string Device { get; init; }

    /// <summary>Fencing number: grows with each claim, and every write of a worker names the one it holds.</summary>
    public int Epoch { get; set; }

    /// <summary>Name of the worker that claimed it last.</summary>
    public string? Worker { get; set; }

    public DateTimeOffset? HeartbeatAt { get; set; }

    public DateTimeOffset? CancelRequestedAt { get; set; }

    public DateTimeOffset? PauseRequestedAt { get; set; }

    public int Step { get; set; }

    /// <summary>0 until the worker knows.</summary>
    public int TotalSteps { get; set; }

    /// <summary>Why it failed, one line for a person.</summary>
    public string? Error { get; set; }

    /// <summary>What a reader of the run should know: prompts left out, overlap allowed, what it waits for; one line.</summary>
    public string? Notice { get; set; }

    /// <summary>A JSON object with the run's final figures; null until completed.</summary>
    public string? Result { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a worker claimed it for the first time.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed class RunMapping : IEntityTypeConfiguration<Run>
{
    public void Configure(EntityTypeBuilder<Run> builder)
    {
        builder.ToTable("runs");
        builder.Property(r => r.Settings).HasColumnType("jsonb");
        builder.Property(r => r.Result).HasColumnType("jsonb");
        builder.Property(r => r.OutputName).HasMaxLength(100);
        builder.Property(r => r.MoreRewardModelIds).HasDefaultValueSql("'{}'");
        builder.HasIndex(r => r.Number).IsUnique();
        builder.HasIndex(r => r.ProjectId);
        // Two unfinished runs cannot promise the same model name.
        builder.HasIndex(r => r.OutputName).IsUnique().HasFilter("state in ('queued', 'running', 'paused')");
        builder.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(r => r.BaseModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(r => r.RewardModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(r => r.OutputModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<PreferenceSet>().WithMany().HasForeignKey(r => r.PreferenceSetId).OnDelete(DeleteBehavior.Restrict);
    }
}
