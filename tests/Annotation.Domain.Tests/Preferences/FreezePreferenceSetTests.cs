using System.Text;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Preferences;

public sealed class FreezePreferenceSetTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_content_has_the_same_hash_whatever_the_order_of_import_the_project_and_the_ids()
    {
        var (one, two) = (await postgres.ProjectAsync(Cancel), await postgres.ProjectAsync(Cancel));
        await ImportAsync(one, Pairs(0, 30));
        await ImportAsync(two, Pairs(0, 30).Reverse());

        var (first, second) = (await FreezeAsync(one), await FreezeAsync(two));

        Assert.Equal(first.ContentHash, second.ContentHash);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Matches("^[0-9a-f]{64}$", first.ContentHash);
    }

    [Fact]
    public async Task Unchanged_content_gives_the_set_that_is_there_and_new_content_the_next_number()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await ImportAsync(project, Pairs(0, 10));

        var sets = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FreezeAsync(project)));
        await ImportAsync(project, Pairs(5, 15));
        var next = await FreezeAsync(project);

        Assert.Single(sets.DistinctBy(s => s.Id));
        Assert.Equal((1, 10), (sets[0].Number, sets[0].RankingCount));
        Assert.Equal((2, 15), (next.Number, next.RankingCount));
        Assert.NotEqual(sets[0].ContentHash, next.ContentHash);
        await using var db = postgres.CreateContext();
        Assert.Equal(10, await db.PreferenceSetItems.CountAsync(i => i.SetId == sets[0].Id, Cancel));
    }

    [Fact]
    public async Task The_split_is_80_10_10_and_a_prompt_has_it_in_every_set_and_project()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await ImportAsync(project, Pairs(0, 1000));

        var set = await FreezeAsync(project);

        // Three standard deviations of a binomial: 38 of 1000 at 0.8, 28 at 0.1.
        Assert.InRange(set.TrainCount, 762, 838);
        Assert.InRange(set.ValidationCount, 72, 128);
        Assert.InRange(set.TestCount, 72, 128);
        Assert.Equal(1000, set.TrainCount + set.ValidationCount + set.TestCount);
        await using var db = postgres.CreateContext();
        var items = await db
            .PreferenceSetItems.Where(i => i.SetId == set.Id)
            .Join(db.Rankings, i => i.RankingId, r => r.Id, (i, r) => new { i.Split, r.PromptId })
            .Join(db.Prompts, i => i.PromptId, p => p.Id, (i, p) => new { i.Split, p.Messages })
            .ToListAsync(Cancel);
        Assert.All(items, i => Assert.Equal(PromptText.SplitOf(i.Messages), i.Split));
    }

    [Theory]
    // The first four bytes of SHA-256 (sha256sum): 4efb1a39 = 1325079097, 2f89a202 = 797549058, 94056d93 = 2483383699.
    [InlineData("prompt 28", Split.Train)]
    [InlineData("prompt 7", Split.Validation)]
    [InlineData("prompt 5", Split.Test)]
    public void The_split_of_a_text_is_fixed_for_ever(string text, Split split) =>
        Assert.Equal(split, PromptText.SplitOf(PromptMessage.FromUser(text)));

    [Fact]
    public async Task Superseded_rankings_are_left_out_and_the_frozen_set_keeps_what_it_had()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding: [], Cancel)).Value!;
        await AnswerAsync(1, 2);
        var before = await FreezeAsync(project);
        await AnswerAsync(2, 1);
        var after = await FreezeAsync(project);

        Assert.Equal((1, 1), (before.RankingCount, after.RankingCount));
        Assert.NotEqual(before.ContentHash, after.ContentHash);
        await using var db = postgres.CreateContext();
        var items = await db
            .PreferenceSetItems.Where(i => i.SetId == before.Id || i.SetId == after.Id)
            .ToDictionaryAsync(i => i.SetId, i => i.RankingId, Cancel);
        Assert.Equal(items[before.Id], (await db.Rankings.SingleAsync(r => r.Id == items[after.Id], Cancel)).SupersedesId);

        Task AnswerAsync(params int[] ranks) =>
            postgres
                .Get<SubmitAnswers>()
                .RunAsync(
                    new Submission(
                        claim.AssignmentId,
                        person,
                        claim.Version,
                        Guid.NewGuid(),
                        new Dictionary<string, AnswerValue>
                        {
                            ["overall"] = new RankingAnswer(claim.Completions.Zip(ranks).ToDictionary(p => p.First.Id, p => p.Second)),
                        }
                    ),
                    Cancel
                );
    }

    [Fact]
    public async Task A_project_without_rankings_is_refused()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var outcome = await postgres.Get<FreezePreferenceSet>().RunAsync(project, null, Cancel);

        Assert.Equal("no-rankings", outcome.Refusal!.Code);
    }

    private async Task<PreferenceSet> FreezeAsync(Guid project) =>
        (await postgres.Get<FreezePreferenceSet>().RunAsync(project, null, Cancel)).Value!;

    private async Task ImportAsync(Guid project, IEnumerable<string> lines)
    {
        var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var outcome = await postgres.Get<ImportPreferences>().RunAsync(project, "trl", "f.jsonl", file, null, Cancel);
        Assert.True(outcome.Succeeded, outcome.Refusal?.Sentence);
    }

    private static IEnumerable<string> Pairs(int from, int to) =>
        Enumerable.Range(from, to - from).Select(i => $$"""{"prompt":"prompt {{i}}","chosen":"good {{i}}","rejected":"bad {{i}}"}""");
}
