using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Dialogues;

/// <summary>A turn of a dialogue in which two people take a side each. Never changed.</summary>
public sealed class DialogueTurn
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid TaskId { get; init; }

    /// <summary>After the prompt, from 0: even positions are the assistant's.</summary>
    public required int Position { get; init; }

    public required string Text { get; init; }

    public required TurnOrigin Origin { get; init; }

    /// <summary>The suggestion that it started from.</summary>
    public Guid? SuggestionId { get; init; }

    /// <summary>The writer's assignment.</summary>
    public required Guid AssignmentId { get; init; }

    /// <summary>The writer.</summary>
    public required Guid PersonId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A model's suggestion for the next turn; the run holds its text.</summary>
public sealed class Suggestion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid AssignmentId { get; init; }

    public required Guid RunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DialogueTurnMapping : IEntityTypeConfiguration<DialogueTurn>, IEntityTypeConfiguration<Suggestion>
{
    public void Configure(EntityTypeBuilder<DialogueTurn> builder)
    {
        builder.ToTable("dialogue_turns");
        builder.HasIndex(t => new { t.TaskId, t.Position }).IsUnique();
        builder.HasOne<LabelingTask>().WithMany().HasForeignKey(t => t.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(t => t.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Accounts.Person>().WithMany().HasForeignKey(t => t.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Suggestion>().WithMany().HasForeignKey(t => t.SuggestionId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Suggestion> builder)
    {
        builder.ToTable("suggestions");
        builder.HasIndex(s => s.AssignmentId);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(s => s.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Run>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
