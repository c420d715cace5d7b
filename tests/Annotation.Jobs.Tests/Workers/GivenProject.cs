using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Jobs.Tests.Workers;

/// <summary>Makes projects with data whose rule a toy model can learn: good answers repeat the prompt's word, bad ones do not.</summary>
public static class GivenProject
{
    private static readonly string[] Words = ["ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen"];

    /// <summary>A project of prompts without anything else.</summary>
    public static async Task<Project> WithPromptsAsync(this WorkerFixture fixture, string name, int prompts)
    {
        var at = TimeProvider.System.Now();
        var project = new Project
        {
            Name = name,
            CreatedAt = at,
            MaxNewTokens = 12,
        };
        project.Criteria.Add(Criterion(project, Domain.Projects.Criterion.Overall, 1, 0));
        project.Criteria.Add(Criterion(project, "truthfulness", 0, 1));
        await using var db = fixture.CreateContext();
        db.Projects.Add(project);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await fixture.AddPromptsAsync(project, prompts);
        return project;
    }

    /// <summary>More prompts, numbered from an offset so that none stands twice.</summary>
    public static async Task<IReadOnlyList<Prompt>> AddPromptsAsync(this WorkerFixture fixture, Project project, int count, int offset = 0)
    {
        var at = TimeProvider.System.Now();
        await using var db = fixture.CreateContext();
        var prompts = Enumerable
            .Range(offset, count)
            .Select(i => Prompt.Create(project.Id, PromptMessage.FromUser($"{Words[i % Words.Length]} {i}"), "typed", at))
            .ToList();
        db.Prompts.AddRange(prompts);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return prompts;
    }

    /// <summary>A demonstration for each of these prompts.</summary>
    public static async Task DemonstrateAsync(this WorkerFixture fixture, Project project, IEnumerable<Prompt> prompts)
    {
        var at = TimeProvider.System.Now();
        await using var db = fixture.CreateContext();
        foreach (var prompt in prompts)
        {
            var completion = Complete(prompt, $"the {Word(prompt)}.", at);
            db.Completions.Add(completion);
            db.Demonstrations.Add(
                new Demonstration
                {
                    ProjectId = project.Id,
                    PromptId = prompt.Id,
                    CompletionId = completion.Id,
                    Source = "test",
                    CreatedAt = at,
                }
            );
        }
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A project that SFT can learn from.</summary>
    public static async Task<Guid> WithDemonstrationsAsync(this WorkerFixture fixture, string name)
    {
        var project = await fixture.WithPromptsAsync(name, 0);
        await fixture.DemonstrateAsync(project, await fixture.AddPromptsAsync(project, 60));
        return project.Id;
    }

    /// <summary>A ranking of four completions, with a tie, on two criteria for each of these prompts.</summary>
    public static async Task RankAsync(this WorkerFixture fixture, Project project, IEnumerable<Prompt> prompts)
    {
        var at = TimeProvider.System.Now();
        var random = new SeededRandom(5);
        await using var db = fixture.CreateContext();
        foreach (var prompt in prompts)
        {
            var completions = new[] { $"the {Word(prompt)}.", "it is.", "no no no.", $"x{random.NextInt(100)}" }
                .Select(text => Complete(prompt, text, at))
                .ToList();
            db.Completions.AddRange(completions);
            foreach (var (criterion, ranks) in (IEnumerable<(string, int[])>)[("overall", [1, 2, 2, 3]), ("truthfulness", [1, 1, 2, 3])])
            {
                var items = completions.Select((c, i) => new RankingItem { CompletionId = c.Id, Rank = ranks[i] }).ToList();
                db.Rankings.Add(
                    new Ranking
                    {
                        ProjectId = project.Id,
                        PromptId = prompt.Id,
                        Criterion = criterion,
                        LabelerName = "tester",
                        Source = "test",
                        ContentHash = PromptText.Hash(criterion + Convert.ToHexString(prompt.TextHash)),
                        CreatedAt = at,
                        Items = items,
                    }
                );
            }
        }
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A ranking of two completions with their models and ranks; gives its id.</summary>
    public static async Task<Guid> RankPairAsync(
        this WorkerFixture fixture,
        Project project,
        Prompt prompt,
        (Guid? Model, string Text, int Rank) first,
        (Guid? Model, string Text, int Rank) second,
        Guid? supersedes = null
    )
    {
        var at = TimeProvider.System.Now();
        await using var db = fixture.CreateContext();
        var items = new List<RankingItem>();
        foreach (var (model, text, rank) in new[] { first, second })
        {
            var completion = new Completion
            {
                PromptId = prompt.Id,
                Text = text,
                TextHash = PromptText.Hash(text),
                ModelId = model,
                CreatedAt = at,
            };
            db.Completions.Add(completion);
            items.Add(new RankingItem { CompletionId = completion.Id, Rank = rank });
        }
        var ranking = new Ranking
        {
            ProjectId = project.Id,
            PromptId = prompt.Id,
            Criterion = "overall",
            Source = "test",
            ContentHash = PromptText.Hash(first.Text + second.Text + Convert.ToHexString(prompt.TextHash)),
            SupersedesId = supersedes,
            CreatedAt = at,
            Items = items,
        };
        db.Rankings.Add(ranking);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return ranking.Id;
    }

    private static string Word(Prompt prompt) => prompt.Messages[0].Content.Split(' ')[0];

    private static Completion Complete(Prompt prompt, string text, DateTimeOffset at) =>
        new()
        {
            PromptId = prompt.Id,
            Text = text,
            TextHash = PromptText.Hash(text),
            ModelName = "test",
            CreatedAt = at,
        };

    private static Criterion Criterion(Project project, string key, double weight, int position) =>
        new()
        {
            ProjectId = project.Id,
            Key = key,
            Name = key,
            Weight = weight,
            Position = position,
            CreatedAt = project.CreatedAt,
        };
}
