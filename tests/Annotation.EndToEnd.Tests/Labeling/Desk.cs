using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>A labeler at the desk: what they press and see, and what the database then holds.</summary>
public sealed class Desk(IPage page, PostgresFixture postgres, Guid project, Guid person)
{
    /// <summary>The browser's page.</summary>
    public IPage Page { get; } = page;

    /// <summary>The labeler.</summary>
    public Guid Person { get; } = person;

    /// <summary>The completions on screen.</summary>
    public ILocator Cards => Page.Locator("article.card");

    /// <summary>What the bar at the bottom says.</summary>
    public ILocator Status => Page.Locator(".foot .status");

    /// <summary>Whether everything is with the server.</summary>
    public ILocator Sync => Page.Locator(".sync");

    /// <summary>Presses keys one after the other, by Playwright's names (which are places on the keyboard).</summary>
    public async Task PressAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await Page.Keyboard.PressAsync(key);
        }
    }

    /// <summary>Waits until a task with so many completions is on screen and gives their ids in the order shown.</summary>
    public async Task<Guid[]> ShownAsync(int completions)
    {
        await Assertions.Expect(Cards).ToHaveCountAsync(completions);
        await Assertions.Expect(Cards.First).ToBeFocusedAsync();
        return [.. (await Cards.EvaluateAllAsync<string[]>("cards => cards.map(card => card.dataset.completion)")).Select(Guid.Parse)];
    }

    /// <summary>Waits until what was submitted is with the server.</summary>
    public Task SavedAsync() => Assertions.Expect(Sync).ToHaveTextAsync("All saved", new() { Timeout = 30_000 });

    /// <summary>The live answers of the labeler in this project, the last submitted first.</summary>
    public async Task<List<Answer>> AnswersAsync()
    {
        await using var db = postgres.CreateContext();
        return await db
            .Answers.AsNoTracking()
            .Where(a => a.PersonId == Person && db.LabelingTasks.Any(t => t.Id == a.TaskId && t.ProjectId == project))
            .Live(db)
            .OrderByDescending(a => a.CreatedAt)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the labeler's only submit has arrived and gives its answer to the question.</summary>
    public async Task<T> OnlyAnswerAsync<T>(string question)
        where T : AnswerValue
    {
        await SavedAsync();
        return Assert.IsType<T>(Assert.Single(await AnswersAsync(), a => a.QuestionKey == question).Value);
    }
}
