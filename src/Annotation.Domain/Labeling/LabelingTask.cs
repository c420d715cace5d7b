using Annotation.Domain.Accounts;
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

    /// <summary>How many different people shall judge it as things stand: the floor, and one more each time they split.</summary>
    public required int JudgementsWanted { get; set; }

    /// <summary>The fewest that judge it: how many were wanted at first.</summary>
    public int JudgementsFloor
    {
        get => floor ?? JudgementsWanted;
        init => floor = value;
    }

    /// <summary>The most that may ever judge it; the same as wanted when k does not adapt.</summary>
    public int JudgementsCap
    {
        get => cap ?? JudgementsWanted;
        init => cap = value;
    }

    /// <summary>How many different people have judged it. With the leases never above <see cref="JudgementsWanted"/>.</summary>
    public int JudgementCount { get; private set; }

    /// <summary>How many people hold it: their leases run, or ran out without anybody having noticed.</summary>
    public int LeaseCount { get; private set; }

    /// <summary>How many had judged it when it closed; null while open.</summary>
    public int? ClosedJudgements { get; private set; }

    /// <summary>Whether agreement may end it before the cap; drawn when the task was made.</summary>
    public LabelingTaskArm Arm { get; init; }

    /// <summary>The probability with which it would have become one of the random arm.</summary>
    public double RandomArmShare { get; init; }

    /// <summary>Only this person is asked; null: no such choice.</summary>
    public Guid? AssignedPersonId { get; set; }

    /// <summary>Only people of this team are asked; null: no such choice.</summary>
    public Guid? AssignedTeamId { get; set; }

    /// <summary>A dialogue in which one person writes the user's turns and another the assistant's.</summary>
    public bool TwoSided { get; init; }

    /// <summary>
    /// How many different completions were asked for, where models wrote them; the task has fewer where no more could be had. Null: nobody
    /// asked for a number.
    /// </summary>
    public int? CompletionsWanted { get; init; }

    /// <summary>The model that wrote the completions, or the first of two; null when people wrote them.</summary>
    public Guid? ModelId { get; init; }

    /// <summary>The generation run that made the task; with the prompt it keeps a repeated job from making it twice.</summary>
    public Guid? RunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last wanted judgement came; null while open.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }

    public List<LabelingTaskCompletion> Completions { get; init; } = [];

    private int? cap;

    private int? floor;

    /// <summary>Whether one more person can hold it.</summary>
    internal bool HasRoom => ClosedAt is null && JudgementCount + LeaseCount < JudgementsWanted;

    /// <summary>Somebody holds it from now on; only when it has room.</summary>
    internal void TakePlace() => LeaseCount++;

    /// <summary>Somebody who held it does so no longer.</summary>
    internal void GivePlaceBack() => LeaseCount--;

    /// <summary>Who held it has judged it.</summary>
    internal void CountJudgement()
    {
        LeaseCount--;
        JudgementCount++;
    }

    /// <summary>
    /// A judgement counts no longer; closed or not, the task waits for another one. Whether those who are left and whoever comes
    /// split is to be seen anew: nothing above the floor is wanted but the places that are held.
    /// </summary>
    internal void TakeBackJudgement()
    {
        JudgementCount--;
        JudgementsWanted = Math.Max(JudgementsFloor, JudgementCount + Math.Max(LeaseCount, 1));
        ClosedAt = null;
        ClosedJudgements = null;
    }

    /// <summary>It has as many judgements as wanted and asks for no more.</summary>
    internal void Close(DateTimeOffset at)
    {
        ClosedAt = at;
        ClosedJudgements = JudgementCount;
    }
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
        builder.ToTable(
            "labeling_tasks",
            table =>
            {
                // Exactly k, kept by the database itself at every commit.
                table.HasCheckConstraint(
                    "ck_labeling_tasks_places",
                    "judgement_count >= 0 and lease_count >= 0 and judgement_count + lease_count <= judgements_wanted"
                );
                table.HasCheckConstraint(
                    "ck_labeling_tasks_cap",
                    "judgements_floor >= 1 and judgements_wanted between judgements_floor and judgements_cap"
                );
                table.HasCheckConstraint(
                    "ck_labeling_tasks_closed",
                    "(closed_at is null) = (judgement_count < judgements_wanted) and closed_judgements is not distinct from case when closed_at is not null then judgement_count end"
                );
            }
        );
        builder.Property(t => t.JudgementsCap).UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.Property(t => t.JudgementsFloor).UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.Property(t => t.Arm).HasMaxLength(20).HasDefaultValue(LabelingTaskArm.Adaptive);
        // The prompt's language up to its first hyphen, empty when nobody said: copied by a trigger, so that the index below can have it.
        builder.Property<string>("Language").HasMaxLength(20).IsRequired().HasDefaultValue("").ValueGeneratedOnAddOrUpdate();
        // Whose task it is: a person's, a team's, or everybody's.
        builder
            .Property<Guid>("Lane")
            .HasComputedColumnSql($"coalesce(assigned_person_id, assigned_team_id, '{Guid.Empty}'::uuid)", stored: true);
        // A column of its own keeps updates that do not change it out of the indexes.
        builder
            .Property<bool>("Open")
            .HasComputedColumnSql("closed_at is null and judgement_count + lease_count < judgements_wanted", stored: true);
        // What the search for the next task walks: only tasks with room, in the order they are handed out.
        builder.HasIndex("ProjectId", "Lane", "Priority", "Id").IsDescending(false, false, true, false).HasFilter("open");
        builder
            .HasIndex("ProjectId", "Lane", "Language", "Priority", "Id")
            .IsDescending(false, false, false, true, false)
            .HasFilter("open");
        builder.HasIndex(t => t.ProjectId).HasFilter("closed_at is null").HasDatabaseName("ix_labeling_tasks_not_closed");
        builder.HasIndex(t => t.AssignedPersonId).HasFilter("assigned_person_id is not null");
        builder.HasIndex(t => t.AssignedTeamId).HasFilter("assigned_team_id is not null");
        builder.HasOne<Person>().WithMany().HasForeignKey(t => t.AssignedPersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Team>().WithMany().HasForeignKey(t => t.AssignedTeamId).OnDelete(DeleteBehavior.Restrict);
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
