using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class SubmitAnswersTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ranking_with_a_tie_is_stored_as_answer_and_as_dense_ranks_with_the_shown_positions()
    {
        var (claim, person) = await ClaimRankingAsync(["a", "b", "c"], "truth");

        // 1, 1, 3: two best and then the third, which is the second rank.
        var outcome = await SubmitAsync(claim, person, Guid.NewGuid(), Ranks(claim, 1, 1, 3), Ranks(claim, 3, 2, 1));

        Assert.Equal(2, outcome.Value!.AnswerIds.Count);
        await using var db = postgres.CreateContext();
        var rankings = await db
            .Rankings.Include(r => r.Items)
            .Where(r => r.AnswerId != null && outcome.Value.AnswerIds.Contains(r.AnswerId.Value))
            .ToDictionaryAsync(r => r.Criterion, Cancel);
        Assert.Equal([1, 1, 2], RanksInShownOrder(rankings["overall"]));
        Assert.Equal([3, 2, 1], RanksInShownOrder(rankings["truth"]));
        Assert.All(rankings.Values, r => Assert.Equal((person, "answer", 1500), (r.LabelerId, r.Source, r.ActiveMilliseconds)));
        var stored = await db.Answers.SingleAsync(a => a.Id == rankings["overall"].AnswerId, Cancel);
        Assert.Equal([1, 1, 3], claim.Completions.Select(c => ((RankingAnswer)stored.Value).Ranks[c.Id]));
    }

    [Fact]
    public async Task The_same_key_stores_once_and_returns_the_same_result_also_when_both_come_at_once()
    {
        var (claim, person) = await ClaimRankingAsync(["a", "b"]);
        var key = Guid.NewGuid();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SubmitAsync(claim, person, key, Ranks(claim, 1, 2))));

        Assert.Single(outcomes, o => !o.Value!.Repeated);
        Assert.Single(outcomes.Select(o => o.Value!.AnswerIds[0]).Distinct());
        await using var db = postgres.CreateContext();
        Assert.Equal(1, await db.Answers.CountAsync(a => a.TaskId == claim.TaskId, Cancel));
        Assert.Equal(1, (await db.LabelingTasks.SingleAsync(t => t.Id == claim.TaskId, Cancel)).JudgementCount);
    }

    [Fact]
    public async Task A_key_of_one_task_is_refused_for_another()
    {
        var key = Guid.NewGuid();
        var (first, person) = await ClaimRankingAsync(["a", "b"]);
        await SubmitAsync(first, person, key, Ranks(first, 1, 2));
        var (second, other) = await ClaimRankingAsync(["a", "b"]);

        Assert.Equal("key-used", (await SubmitAsync(second, other, key, Ranks(second, 1, 2))).Refusal!.Code);
    }

    [Fact]
    public async Task Corrections_supersede_and_the_earlier_rows_stay_also_when_the_first_opinion_comes_back()
    {
        var (claim, person) = await ClaimRankingAsync(["a", "b"]);
        int[][] opinions =
        [
            [1, 2],
            [2, 1],
            [1, 2],
        ];
        foreach (var opinion in opinions)
        {
            Assert.True((await SubmitAsync(claim, person, Guid.NewGuid(), Ranks(claim, opinion))).Succeeded);
            postgres.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await using var db = postgres.CreateContext();
        var answers = await db.Answers.Where(a => a.TaskId == claim.TaskId).OrderBy(a => a.CreatedAt).ToListAsync(Cancel);
        Assert.Equal([null, answers[0].Id, answers[1].Id], answers.Select(a => a.SupersedesId));
        var ids = answers.ConvertAll(a => (Guid?)a.Id);
        var rankings = await db
            .Rankings.Include(r => r.Items)
            .Where(r => ids.Contains(r.AnswerId))
            .OrderBy(r => r.CreatedAt)
            .ToListAsync(Cancel);
        Assert.Equal([null, rankings[0].Id, rankings[1].Id], rankings.Select(r => r.SupersedesId));
        Assert.Equal(opinions, rankings.Select(RanksInShownOrder));
        Assert.Equal(1, (await db.LabelingTasks.SingleAsync(t => t.Id == claim.TaskId, Cancel)).JudgementCount);
    }

    public static TheoryData<int[], string> BadRanks =>
        new()
        {
            { [1, 2], "leaves out 1 of the 3" },
            { [1, 2, 4], "between 1 and 3" },
            { [0, 1, 2], "between 1 and 3" },
            { [2, 2, 3], "no best completion" },
        };

    [Theory]
    [MemberData(nameof(BadRanks))]
    public async Task A_wrong_ranking_is_refused_with_the_reason_and_nothing_is_stored(int[] ranks, string reason)
    {
        var (claim, person) = await ClaimRankingAsync(["a", "b", "c"]);

        var outcome = await SubmitAsync(claim, person, Guid.NewGuid(), Ranks(claim, ranks));

        Assert.Equal("invalid-answer", outcome.Refusal!.Code);
        Assert.Contains(reason, outcome.Refusal.Sentence, StringComparison.Ordinal);
        await using var db = postgres.CreateContext();
        Assert.False(await db.Answers.AnyAsync(a => a.TaskId == claim.TaskId, Cancel));
    }

    [Fact]
    public async Task Foreign_completions_missing_questions_and_other_peoples_assignments_are_refused()
    {
        var (claim, person) = await ClaimRankingAsync(["a", "b"], "truth");
        var foreign = new RankingAnswer(new Dictionary<Guid, int> { [Guid.NewGuid()] = 1 });

        Assert.Contains(
            "does not belong",
            (await SubmitAsync(claim, person, Guid.NewGuid(), foreign, foreign)).Refusal!.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "The question 'truth' is not answered.",
            (await SubmitAsync(claim, person, Guid.NewGuid(), Ranks(claim, 1, 2))).Refusal!.Sentence
        );
        Assert.Equal(
            "unknown-assignment",
            (await SubmitAsync(claim, await postgres.PersonAsync(Cancel), Guid.NewGuid(), Ranks(claim, 1, 2))).Refusal!.Code
        );
    }

    [Fact]
    public async Task A_demonstration_becomes_a_completion_by_the_person_and_its_correction_supersedes()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel);
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value!;
        Assert.Equal(LabelingTaskKind.Demonstration, claim.Kind);

        Assert.Contains("empty", (await WriteAsync(" \n")).Refusal!.Sentence, StringComparison.Ordinal);
        Assert.True((await WriteAsync("First")).Succeeded);
        Assert.True((await WriteAsync("Better 🙂")).Succeeded);

        await using var db = postgres.CreateContext();
        var rows = await (
            from d in db.Demonstrations
            join c in db.Completions on d.CompletionId equals c.Id
            where d.ProjectId == project
            orderby d.Id
            select new
            {
                d.Id,
                d.SupersedesId,
                c.Text,
                c.PersonId,
            }
        ).ToListAsync(Cancel);
        Assert.Equal([("First", person), ("Better 🙂", person)], rows.Select(r => (r.Text, r.PersonId!.Value)));
        Assert.Equal([null, rows[0].Id], rows.Select(r => r.SupersedesId));

        Task<Outcome<SubmittedAnswers>> WriteAsync(string text) =>
            postgres
                .Get<SubmitAnswers>()
                .RunAsync(
                    new Submission(
                        claim.AssignmentId,
                        person,
                        claim.Version,
                        Guid.NewGuid(),
                        new Dictionary<string, AnswerValue> { ["demonstration"] = new TextAnswer(text) }
                    ),
                    Cancel
                );
    }

    private async Task<(ClaimedTask Claim, Guid Person)> ClaimRankingAsync(string[] texts, params string[] criteria)
    {
        var project = await postgres.ProjectAsync(Cancel, null, criteria);
        await postgres.TaskAsync(project, Cancel, 1, 0, texts);
        var person = await postgres.PersonAsync(Cancel);
        return ((await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value!, person);
    }

    private Task<Outcome<SubmittedAnswers>> SubmitAsync(ClaimedTask claim, Guid person, Guid key, params RankingAnswer[] answers) =>
        postgres
            .Get<SubmitAnswers>()
            .RunAsync(
                new Submission(
                    claim.AssignmentId,
                    person,
                    claim.Version,
                    key,
                    claim.Criteria.Zip(answers).ToDictionary(p => p.First.Key, AnswerValue (p) => p.Second),
                    ActiveMilliseconds: 1500
                ),
                Cancel
            );

    private static RankingAnswer Ranks(ClaimedTask claim, params int[] ranksInShownOrder) =>
        new(claim.Completions.Zip(ranksInShownOrder).ToDictionary(p => p.First.Id, p => p.Second));

    private static int[] RanksInShownOrder(Annotation.Domain.Preferences.Ranking ranking) =>
        [.. ranking.Items.OrderBy(i => i.ShownPosition).Select(i => i.Rank)];
}
