using Annotation.Domain.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>How a person worked on one submission, as the page measured it. The person may read it; reviewers get signals.</summary>
public sealed class Interaction
{
    /// <summary>Of the submission it belongs to.</summary>
    public required Guid SubmissionKey { get; init; }

    public required Guid AssignmentId { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>When the task was handed out.</summary>
    public required DateTimeOffset ClaimedAt { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>With the page in view and the person active.</summary>
    public int? ActiveMilliseconds { get; init; }

    /// <summary>From the task being shown to the first key, click or touch.</summary>
    public int? FirstInteractionMilliseconds { get; init; }

    /// <summary>How often an answer was changed.</summary>
    public int? ChangeCount { get; init; }

    /// <summary>keyboard, mouse, touch, pen or mixed.</summary>
    public string? InputDevice { get; init; }

    /// <summary>In CSS pixels.</summary>
    public int? ViewportWidth { get; init; }

    /// <summary>In CSS pixels.</summary>
    public int? ViewportHeight { get; init; }
}

/// <summary>What a page measured of one submission; null: not measured.</summary>
public sealed record Measurements(
    int? FirstInteractionMilliseconds = null,
    int? ChangeCount = null,
    string? InputDevice = null,
    int? ViewportWidth = null,
    int? ViewportHeight = null
)
{
    private static readonly string[] Devices = ["keyboard", "mouse", "touch", "pen", "mixed"];

    /// <summary>Says in one sentence what cannot be, or null.</summary>
    public string? Check() =>
        FirstInteractionMilliseconds < 0 || ChangeCount < 0 || ViewportWidth < 0 || ViewportHeight < 0
            ? "A measurement of the page is negative."
        : InputDevice is not null && !Devices.Contains(InputDevice)
            ? $"'{InputDevice}' is no input device; it is one of {string.Join(", ", Devices)}."
        : null;
}

internal sealed class InteractionMapping : IEntityTypeConfiguration<Interaction>
{
    public void Configure(EntityTypeBuilder<Interaction> builder)
    {
        builder.ToTable("interactions");
        builder.HasKey(i => i.SubmissionKey);
        builder.Property(i => i.InputDevice).HasMaxLength(20);
        builder.HasIndex(i => new { i.PersonId, i.SubmittedAt });
        builder.HasIndex(i => i.AssignmentId);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(i => i.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(i => i.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
