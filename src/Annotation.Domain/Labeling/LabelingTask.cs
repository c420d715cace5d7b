using Annotation.Domain.Models;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>One piece of labelers' work: judge the completions of a prompt, or write one.</summary>
public sealed class LabelingTask
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid PromptId { get; init; }

    public required LabelingTaskKind Kind { get; init; }

    /// <summary>Higher is handed out first; the same priority in order of creation.</summary>
    public int Priority { get; set; }

    /// <summary>How many different people shall judge it.</summary>
    public required int JudgementsWanted { get; init; }

    /// <summary>How many different people have judged it; never above <see cref="JudgementsWanted"/>.</summary>
    public int JudgementCount { get; set; }

    /// <summary>A dialogue in which one person writes the user's turns and another the assistant's.</summary>
    public bool TwoSided { get; init; }

    /// <summary>The model that wrote the completions, when one did.</summary>
    public Guid? ModelId { get; init; }

    /// <summary>The generation run that made the task; with the prompt it keeps a repeated job from making it twice.</summary>
    public Guid? RunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last wanted judgement came; null while open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    public List<LabelingTaskCompletion> Completions { get; init; } = [];
}

/// <summary>A completion to be judged in a task.</summary>
public sealed class LabelingTaskCompletion
{
    public Guid TaskId { get; init; }

    public required Guid CompletionId { get; init; }

    /// <summary>Order of creation, from 0; labelers see a shuffled order.</summary>
    public required int Position { get; init; }
}

internal sealed class LabelingTaskMapping : IEntityTypeConfiguration<LabelingTask>, IEntityTypeConfiguration<LabelingTaskCompletion>
{
    public void Configure(EntityTypeBuilder<LabelingTask> builder)
    {
        builder.ToTable("labeling_tasks");
        // What the next-task query walks: only open tasks, in the order they are handed out.
        builder
            .HasIndex(t => new
            {
                t.ProjectId,
                t.Priority,
                t.Id,
            })
            .IsDescending(false, true, false)
            .HasFilter("closed_at is null");
        builder.HasIndex(t => new { t.Priority, t.Id }).IsDescending(true, false).HasFilter("closed_at is null");
        builder.HasIndex(t => new { t.RunId, t.PromptId }).IsUnique().HasFilter("run_id is not null");
        builder.HasIndex(t => t.PromptId);
        builder.HasOne<Project>().WithMany().HasForeignKey(t => t.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(t => t.PromptId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(t => t.ModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Run>().WithMany().HasForeignKey(t => t.RunId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(t => t.Completions).WithOne().HasForeignKey(c => c.TaskId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<LabelingTaskCompletion> builder)
    {
        builder.ToTable("labeling_task_completions");
        builder.HasKey(c => new { c.TaskId, c.CompletionId });
        builder.HasOne<Completion>().WithMany().HasForeignKey(c => c.CompletionId).OnDelete(DeleteBehavior.Restrict);
    }
}
