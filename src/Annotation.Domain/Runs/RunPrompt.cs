using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Runs;

/// <summary>That a run used a prompt, so that later runs can keep away from it.</summary>
public sealed class RunPrompt
{
    public required Guid RunId { get; init; }

    public required Guid PromptId { get; init; }

    public required PromptUse Use { get; init; }
}

/// <summary>What a run used a prompt for.</summary>
public enum PromptUse
{
    /// <summary>Weights were changed by it.</summary>
    Trained,

    /// <summary>It chose settings or the moment to stop.</summary>
    Validated,

    /// <summary>It was only measured on.</summary>
    Evaluated,
}

internal sealed class RunPromptMapping : IEntityTypeConfiguration<RunPrompt>
{
    public void Configure(EntityTypeBuilder<RunPrompt> builder)
    {
        builder.ToTable("run_prompts");
        builder.HasKey(p => new
        {
            p.RunId,
            p.PromptId,
            p.Use,
        });
        builder.HasIndex(p => p.PromptId);
        builder.HasOne<Run>().WithMany().HasForeignKey(p => p.RunId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(p => p.PromptId).OnDelete(DeleteBehavior.Restrict);
    }
}
