using Annotation.Domain.Labeling;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

/// <summary>Labelers declare languages and opt out of categories; what they are offered keeps to it.</summary>
public sealed class DeclaredContentTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_gets_a_language_that_they_did_not_declare_or_a_category_that_they_opted_out_of()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var violent = await TaskAboutAsync(project, "de", "violence");
        var brazilian = await TaskAboutAsync(project, "pt-br");
        var german = await TaskAboutAsync(project, "de");
        var unknown = await TaskAboutAsync(project, language: null);

        // A regional variant counts as its language; a prompt without a language is for everybody.
        Assert.Equal([german, unknown], (await OfferedAsync(project, ["de-at"], ["violence"])).Order());
        Assert.Equal([brazilian, unknown], (await OfferedAsync(project, ["pt"], [])).Order());
        Assert.Equal([violent, brazilian, german, unknown], (await OfferedAsync(project, [], [])).Order());
    }

    [Fact]
    public async Task Opting_out_while_holding_such_a_task_takes_it_away_and_is_no_skip()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var violent = await TaskAboutAsync(project, "en", "gore", "violence");
        var other = await TaskAboutAsync(project, "en", "gore");
        var person = await postgres.PersonAsync(Cancel);
        var claim = postgres.Get<ClaimNextAssignment>();

        var before = (await claim.RunAsync(person, project, [], Cancel)).Value!;
        await postgres.Get<SaveLabelerSettings>().RunAsync(person, [], ["violence"], page: null, Cancel);
        var after = (await claim.RunAsync(person, project, [], Cancel)).Value!;

        Assert.Equal((violent, other), (before.TaskId, after.TaskId));
        await using var db = postgres.CreateContext();
        Assert.False(await db.Assignments.AnyAsync(a => a.PersonId == person && a.State == AssignmentState.Skipped, Cancel));
    }

    private async Task<Guid> TaskAboutAsync(Guid project, string? language, params string[] categories)
    {
        var prompt = await postgres.PromptAsync(project, $"prompt {Guid.NewGuid()}", Cancel);
        await using var db = postgres.CreateContext();
        var stored = await db.Prompts.SingleAsync(p => p.Id == prompt.Id, Cancel);
        (stored.Language, stored.ContentFlags) = (language, categories);
        await db.SaveChangesAsync(Cancel);
        var task = await postgres.TaskAboutAsync(prompt, Cancel, judgementsWanted: 9, priority: 0, "a", "b");
        return task.Id;
    }

    private async Task<List<Guid>> OfferedAsync(Guid project, string[] languages, string[] optedOut)
    {
        var person = await postgres.PersonAsync(Cancel);
        var saved = await postgres.Get<SaveLabelerSettings>().RunAsync(person, languages, optedOut, page: null, Cancel);
        Assert.True(saved.Succeeded);
        var (tasks, holding) = (new List<Guid>(), new List<Guid>());
        while (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding, Cancel) is { Value: { } task })
        {
            tasks.Add(task.TaskId);
            holding.Add(task.AssignmentId);
        }

        return tasks;
    }
}
