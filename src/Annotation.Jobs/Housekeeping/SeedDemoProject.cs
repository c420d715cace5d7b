using Annotation.Demo.Projects;
using Annotation.Demo.Prompts;
using Annotation.Demo.Writing;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PromptUse = Annotation.Demo.Prompts.PromptUse;

namespace Annotation.Jobs.Housekeeping;

/// <summary>
/// Makes the demo project, once: criteria, guideline, demonstrations that SFT can learn from, ranking tasks that wait for
/// labelers, tasks to write demonstrations, and fresh prompts for PPO.
/// </summary>
public sealed class SeedDemoProject(
    IDbContextFactory<AnnotationDbContext> contexts,
    NpgsqlDataSource database,
    CreateProject createProject,
    TimeProvider time
)
{
    private const ulong Seed = 1;
    private const int RankingTasks = 100;
    private const int WrittenDemonstrations = 400;
    private const int DemonstrationTasks = 20;
    private const int FreshPrompts = 400;
    private const string Source = "demo";

    /// <summary>Makes what is missing; any number of workers may call it at once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var wait = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('annotation demo', 0))", connection);
        await command.ExecuteNonQueryAsync(ct);

        await using var db = await contexts.CreateDbContextAsync(ct);
        var project = await db.Projects.SingleOrDefaultAsync(p => p.Name == DemoProject.Name, ct);
        if (project is null)
        {
            await createProject.RunAsync(
                DemoProject.Name,
                new ProjectSettings
                {
                    Description = DemoProject.Description,
                    Guideline = DemoProject.Guideline,
                    CompletionsPerTask = DemoProject.CompletionsPerTask,
                    MaxNewTokens = DemoProject.MaxNewTokens,
                },
                [.. DemoProject.Criteria.Select(c => new NewCriterion(c.Key, c.Name, c.Guideline, c.Weight))],
                isDemo: true,
                createdBy: null,
                ct
            );
            project = await db.Projects.SingleAsync(p => p.Name == DemoProject.Name, ct);
        }
        // A project of that name that somebody else made is left as it is.
        if (!project.IsDemo || await db.Prompts.AnyAsync(p => p.ProjectId == project.Id, ct))
        {
            return;
        }
        AddRows(db, project);
        await db.SaveChangesAsync(ct);
    }

    private void AddRows(AnnotationDbContext db, Project project)
    {
        var at = time.Now();
        foreach (var task in DemoProject.SeedTasks(RankingTasks, Seed))
        {
            var prompt = Add(db, project, task.Prompt, at);
            db.LabelingTasks.Add(RankingTask(db, project, prompt, task.Completions, at));
        }
        foreach (var written in Demonstrations.Write(WrittenDemonstrations, Seed))
        {
            var prompt = Add(db, project, written.Prompt.Text, at);
            var completion = Completion(prompt, written.Completion, at);
            db.Completions.Add(completion);
            db.Demonstrations.Add(
                new Demonstration
                {
                    ProjectId = project.Id,
                    PromptId = prompt.Id,
                    CompletionId = completion.Id,
                    Source = Source,
                    CreatedAt = at,
                }
            );
        }
        // The first are answered above; these are new.
        foreach (
            var ask in PromptPool
                .Draw(PromptUse.Demonstrations, WrittenDemonstrations + DemonstrationTasks, Seed)
                .Skip(WrittenDemonstrations)
        )
        {
            db.LabelingTasks.Add(
                new LabelingTask
                {
                    ProjectId = project.Id,
                    PromptId = Add(db, project, ask.Text, at).Id,
                    Kind = LabelingTaskKind.Demonstration,
                    Priority = -1,
                    JudgementsWanted = 1,
                    CreatedAt = at,
                }
            );
        }
        foreach (var ask in PromptPool.Draw(PromptUse.Optimization, FreshPrompts, Seed))
        {
            Add(db, project, ask.Text, at);
        }
    }

    private static LabelingTask RankingTask(
        AnnotationDbContext db,
        Project project,
        Prompt prompt,
        IReadOnlyList<string> texts,
        DateTimeOffset at
    )
    {
        var completions = texts.Select(text => Completion(prompt, text, at)).ToList();
        db.Completions.AddRange(completions);
        return new LabelingTask
        {
            ProjectId = project.Id,
            PromptId = prompt.Id,
            Kind = LabelingTaskKind.Ranking,
            JudgementsWanted = project.JudgementsPerTask,
            CreatedAt = at,
            Completions = [.. completions.Select((c, i) => new LabelingTaskCompletion { CompletionId = c.Id, Position = i })],
        };
    }

    private static Prompt Add(AnnotationDbContext db, Project project, string text, DateTimeOffset at)
    {
        var prompt = Prompt.Create(project.Id, PromptMessage.FromUser(text), Source, at);
        db.Prompts.Add(prompt);
        return prompt;
    }

    private static Completion Completion(Prompt prompt, string text, DateTimeOffset at) =>
        new()
        {
            PromptId = prompt.Id,
            Text = text,
            TextHash = PromptText.Hash(text),
            ModelName = DemoProject.CompletionOrigin,
            CreatedAt = at,
        };
}
