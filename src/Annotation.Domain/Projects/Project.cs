using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Projects;

/// <summary>One goal to align a model to: its prompts, criteria, labelers' guideline and promoted policy.</summary>
public sealed class Project
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Unique; the name used on the command line.</summary>
    public required string Name { get; set; }

    public string Description { get; set; } = "";

    /// <summary>Markdown that labelers read before and while they judge.</summary>
    public string Guideline { get; set; } = "";

    /// <summary>Grows by one with every change of the guideline or the criteria; stored with each assignment.</summary>
    public int GuidelineVersion { get; set; } = 1;

    /// <summary>The newest version of the questionnaire; 0 while it is made of the criteria.</summary>
    public int QuestionnaireVersion { get; set; }

    /// <summary>What labelers are warned of before they see the project's texts (markdown); empty: nothing.</summary>
    public string ContentWarning { get; set; } = "";

    /// <summary>Language (BCP 47, lower case) of its prompts; null: nobody said, so every labeler gets them.</summary>
    public string? Language { get; set; }

    /// <summary>How many completions are generated for one ranking task, 2 to 9.</summary>
    public int CompletionsPerTask { get; set; } = 4;

    /// <summary>How many different people judge each task; where k adapts, the fewest that do.</summary>
    public int JudgementsPerTask { get; set; } = 1;

    /// <summary>The most people who judge a task; null: as many as <see cref="JudgementsPerTask"/>, k does not adapt.</summary>
    public int? JudgementsCap { get; set; }

    /// <summary>Judges agree when <see cref="JudgeAgreement"/> is at least this, 0 to 1.</summary>
    public double AgreementThreshold { get; set; } = DistributionSettings.Default.AgreementThreshold;

    /// <summary>Share of new tasks that are judged up to the cap whatever the judges say, 0 to 1.</summary>
    public double RandomArmShare { get; set; } = DistributionSettings.Default.RandomArmShare;

    /// <summary>Who gets a task that was skipped.</summary>
    public SkipPolicy SkipPolicy { get; set; }

    /// <summary>How many tasks one person may judge in all; null: no limit.</summary>
    public int? TasksPerPerson { get; set; }

    /// <summary>How many tasks one person may judge on one day (UTC); null: no limit.</summary>
    public int? TasksPerPersonPerDay { get; set; }

    /// <summary>Upper bound of a generated completion, in tokens.</summary>
    public int MaxNewTokens { get; set; } = 64;

    /// <summary>Sampling temperature of generated completions.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>The policy that writes the next completions; null until one is promoted.</summary>
    public Guid? PromotedModelId { get; set; }

    public bool IsDemo { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<Criterion> Criteria { get; init; } = [];
}

internal sealed class ProjectMapping : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("projects");
        builder.Property(p => p.Name).HasMaxLength(100);
        builder.Property(p => p.Language).HasMaxLength(20);
        builder.Property(p => p.SkipPolicy).HasMaxLength(20).HasDefaultValue(SkipPolicy.Others);
        builder.Property(p => p.AgreementThreshold).HasDefaultValue(DistributionSettings.Default.AgreementThreshold);
        builder.Property(p => p.RandomArmShare).HasDefaultValue(DistributionSettings.Default.RandomArmShare);
        builder.HasIndex(p => p.Name).IsUnique();
        builder.HasMany(p => p.Criteria).WithOne().HasForeignKey(c => c.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Model>().WithMany().HasForeignKey(p => p.PromotedModelId).OnDelete(DeleteBehavior.Restrict);
    }
}
