using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Preferences;

/// <summary>
/// What a labeler elsewhere answered to one question about completions of a prompt. It is kept whole, whether it orders
/// the completions (a <see cref="Ranking"/> says so) or not. Never changed.
/// </summary>
public sealed class ImportedAnswer
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid PromptId { get; init; }

    /// <summary>The completions that were judged: those shown first in their order, then the others.</summary>
    public required Guid[] CompletionIds { get; init; }

    /// <summary>How many of them were shown in a known order.</summary>
    public required int ShownCount { get; init; }

    /// <summary>The question as the file has it.</summary>
    public required Question Question { get; init; }

    public required AnswerValue Value { get; init; }

    /// <summary>How the labeler is called in files; null when nobody knows.</summary>
    public string? LabelerName { get; init; }

    public DateTimeOffset? JudgedAt { get; init; }

    public int? ActiveMilliseconds { get; init; }

    /// <summary>Version of the guideline, and of the questionnaire, where it was judged: not of this project's.</summary>
    public int? GuidelineVersion { get; init; }

    public int? QuestionnaireVersion { get; init; }

    /// <summary>The same for all answers that were given at once; null when unknown.</summary>
    public string? Submission { get; init; }

    /// <summary>
    /// Hash of labeler, prompt, completions and question when a later answer to the same replaces this one: the latest
    /// by <see cref="JudgedAt"/> is live, in whatever order they were imported. Null when each answer counts.
    /// </summary>
    public byte[]? Subject { get; init; }

    /// <summary>Where it came from: <c>import:FORMAT:FILE</c>, or what the file says.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of what it says; unique in the project.</summary>
    public required byte[] ContentHash { get; init; }

    /// <summary>When this row was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ImportedAnswerMapping : IEntityTypeConfiguration<ImportedAnswer>
{
    public void Configure(EntityTypeBuilder<ImportedAnswer> builder)
    {
        builder.ToTable("imported_answers");
        builder.Property(a => a.Question).HasJsonConversion(Question.Json);
        builder.Property(a => a.Value).HasJsonConversion(AnswerValue.Json);
        builder.HasIndex(a => new { a.ProjectId, a.ContentHash }).IsUnique();
        builder.HasIndex(a => new { a.ProjectId, a.Subject }).HasFilter("subject is not null");
        builder.HasIndex(a => new { a.ProjectId, a.Submission });
        builder.HasIndex(a => a.PromptId);
        builder.HasOne<Project>().WithMany().HasForeignKey(a => a.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Prompt>().WithMany().HasForeignKey(a => a.PromptId).OnDelete(DeleteBehavior.Restrict);
    }
}
