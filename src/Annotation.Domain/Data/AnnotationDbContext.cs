using Annotation.Domain.Accounts;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Inquiries;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Domain.Preferences;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Domain.Runs;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Data;

/// <summary>Everything the platform knows, in one PostgreSQL database. Each entity's mapping stands beside it.</summary>
public sealed class AnnotationDbContext(DbContextOptions<AnnotationDbContext> options)
    : IdentityDbContext<Person, IdentityRole<Guid>, Guid>(options),
        IDataProtectionKeyContext
{
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<Person> People => Set<Person>();
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<Project> Projects => Set<Project>();
    public DbSet<Criterion> Criteria => Set<Criterion>();
    public DbSet<Promotion> Promotions => Set<Promotion>();
    public DbSet<Prompt> Prompts => Set<Prompt>();
    public DbSet<Completion> Completions => Set<Completion>();
    public DbSet<LabelingTask> LabelingTasks => Set<LabelingTask>();
    public DbSet<LabelingTaskCompletion> LabelingTaskCompletions => Set<LabelingTaskCompletion>();
    public DbSet<Assignment> Assignments => Set<Assignment>();
    public DbSet<Answer> Answers => Set<Answer>();
    public DbSet<LateSubmission> LateSubmissions => Set<LateSubmission>();
    public DbSet<Retraction> Retractions => Set<Retraction>();
    public DbSet<Draft> Drafts => Set<Draft>();
    public DbSet<Interaction> Interactions => Set<Interaction>();
    public DbSet<Questionnaire> Questionnaires => Set<Questionnaire>();
    public DbSet<GuidelineText> GuidelineTexts => Set<GuidelineText>();
    public DbSet<GuidelineVisit> GuidelineVisits => Set<GuidelineVisit>();
    public DbSet<Inquiry> Inquiries => Set<Inquiry>();
    public DbSet<DialogueTurn> DialogueTurns => Set<DialogueTurn>();
    public DbSet<Suggestion> Suggestions => Set<Suggestion>();
    public DbSet<Ranking> Rankings => Set<Ranking>();
    public DbSet<RankingItem> RankingItems => Set<RankingItem>();
    public DbSet<ImportedAnswer> ImportedAnswers => Set<ImportedAnswer>();
    public DbSet<Demonstration> Demonstrations => Set<Demonstration>();
    public DbSet<PreferenceSet> PreferenceSets => Set<PreferenceSet>();
    public DbSet<PreferenceSetItem> PreferenceSetItems => Set<PreferenceSetItem>();
    public DbSet<Model> Models => Set<Model>();
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<RunMetric> RunMetrics => Set<RunMetric>();
    public DbSet<RunSample> RunSamples => Set<RunSample>();
    public DbSet<RunPrompt> RunPrompts => Set<RunPrompt>();
    public DbSet<WorkerNode> WorkerNodes => Set<WorkerNode>();

    /// <summary>Fixed here, so that the schema does not depend on how a host configures sign-in.</summary>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version2;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<LabelingTaskKind>().HaveConversion<EnumText<LabelingTaskKind>>();
        configurationBuilder.Properties<AssignmentState>().HaveConversion<EnumText<AssignmentState>>();
        configurationBuilder.Properties<LabelingTaskArm>().HaveConversion<EnumText<LabelingTaskArm>>();
        configurationBuilder.Properties<SkipPolicy>().HaveConversion<EnumText<SkipPolicy>>();
        configurationBuilder.Properties<DialogueSeat>().HaveConversion<EnumText<DialogueSeat>>();
        configurationBuilder.Properties<TurnOrigin>().HaveConversion<EnumText<TurnOrigin>>();
        configurationBuilder.Properties<Split>().HaveConversion<EnumText<Split>>();
        configurationBuilder.Properties<ModelKind>().HaveConversion<EnumText<ModelKind>>();
        configurationBuilder.Properties<RunKind>().HaveConversion<EnumText<RunKind>>();
        configurationBuilder.Properties<RunState>().HaveConversion<EnumText<RunState>>();
        configurationBuilder.Properties<PromptUse>().HaveConversion<EnumText<PromptUse>>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AnnotationDbContext).Assembly);
        builder.Entity<IdentityRole<Guid>>().ToTable("roles");
        builder.Entity<IdentityUserRole<Guid>>().ToTable("person_roles");
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("person_claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("person_logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("person_tokens");
        builder.Entity<IdentityRoleClaim<Guid>>().ToTable("role_claims");
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        builder.HasSequence<int>("run_numbers");
        SnakeCase.Apply(builder.Model);
    }
}
