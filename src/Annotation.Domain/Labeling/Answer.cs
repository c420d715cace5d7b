using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>A labeler's answer to one question of a task. Never changed: a correction is a new row that supersedes.</summary>
public sealed class Answer
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid AssignmentId { get; init; }

    public required Guid TaskId { get; init; }

    public required Guid PersonId { get; init; }

    public required string QuestionKey { get; init; }

    public required AnswerValue Value { get; init; }

    /// <summary>Chosen by the browser, the same on every retry of one submission.</summary>
    public required Guid SubmissionKey { get; init; }

    /// <summary>How long the labeler worked on the task, in milliseconds with the page in view.</summary>
    public int? ActiveMilliseconds { get; init; }

    /// <summary>Version of the guideline that the labeler had.</summary>
    public required int GuidelineVersion { get; init; }

    /// <summary>Version of the questionnaire that asked.</summary>
    public required int QuestionnaireVersion { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The earlier answer that this one corrects.</summary>
    public Guid? SupersedesId { get; init; }
}

internal sealed class AnswerMapping : IEntityTypeConfiguration<Answer>
{
    public void Configure(EntityTypeBuilder<Answer> builder)
    {
        builder.ToTable("answers");
        builder.Property(a => a.Value).HasJsonConversion(AnswerValue.Json);
        builder.HasIndex(a => new { a.SubmissionKey, a.QuestionKey }).IsUnique();
        builder.HasIndex(a => a.SupersedesId).IsUnique();
        builder.HasIndex(a => a.AssignmentId);
        builder.HasOne<Assignment>().WithMany().HasForeignKey(a => a.AssignmentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<LabelingTask>().WithMany().HasForeignKey(a => a.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(a => a.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Answer>().WithMany().HasForeignKey(a => a.SupersedesId).OnDelete(DeleteBehavior.Restrict);
    }
}
