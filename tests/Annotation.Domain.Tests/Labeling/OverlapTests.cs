using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class OverlapTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Agreement_is_one_for_the_same_order_a_half_where_one_ties_and_none_when_opposed()
    {
        var (a, b, c) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        Dictionary<Guid, int> abc = new()
        {
            [a] = 1,
            [b] = 2,
            [c] = 3,
        };
        Dictionary<Guid, int> cba = new()
        {
            [a] = 3,
            [b] = 2,
            [c] = 1,
        };
        Dictionary<Guid, int> tied = new()
        {
            [a] = 1,
            [b] = 1,
            [c] = 1,
        };
        Dictionary<Guid, int> acb = new()
        {
            [a] = 1,
            [b] = 3,
            [c] = 2,
        };

        Assert.Equal(1, JudgeAgreement.Of([abc]));
        Assert.Equal(1, JudgeAgreement.Of([abc, abc]));
        Assert.Equal(0, JudgeAgreement.Of([abc, cba]));
        Assert.Equal(0.5, JudgeAgreement.Of([abc, tied]));
        // One of three pairs of completions the other way round.
        Assert.Equal(2 / 3.0, JudgeAgreement.Of([abc, acb]), 12);
        // Three pairs of judges: 1, 0, 0.
        Assert.Equal(1 / 3.0, JudgeAgreement.Of([abc, abc, cba]), 12);
        Assert.Equal(0, JudgeAgreement.Of([abc, null]));
        Assert.Equal(1, JudgeAgreement.Of([null, null]));
    }

    [Fact]
    public void The_random_arm_takes_its_share_by_seed_and_prompt_alone_and_wants_the_cap()
    {
        var project = new Project
        {
            Name = "p",
            JudgementsPerTask = 2,
            JudgementsCap = 5,
            RandomArmShare = 0.1,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        List<Overlap> Of(long seed) =>
            [.. Enumerable.Range(0, 4000).Select(i => Overlap.Of(project, seed, PromptText.Hash($"prompt {i}")))];

        var drawn = Of(1);

        // 400 expected, standard deviation 19.
        Assert.InRange(drawn.Count(o => o.Arm == LabelingTaskArm.Random), 320, 480);
        Assert.All(drawn, o => Assert.Equal(o.Arm == LabelingTaskArm.Random ? (5, 5) : (2, 5), (o.Wanted, o.Cap)));
        Assert.Equal(drawn, Of(1));
        Assert.NotEqual(drawn, Of(2));
    }

    [Fact]
    public async Task Two_who_agree_are_enough_and_those_who_split_are_joined_by_one_more_up_to_the_cap()
    {
        var project = await ProjectAsync();
        var (agreed, split) = (await TaskAsync(project, LabelingTaskArm.Adaptive), await TaskAsync(project, LabelingTaskArm.Adaptive));

        await JudgeAsync(agreed, forwards: [true, true]);
        await JudgeAsync(split, forwards: [true, false, true, false]);

        Assert.Equal((2, 2, true), await StateAsync(agreed));
        Assert.Equal((4, 4, true), await StateAsync(split));
        await AssertExactAsync(project);
    }

    [Fact]
    public async Task The_random_arm_does_not_stop_on_agreement()
    {
        var project = await ProjectAsync();
        var task = await TaskAsync(project, LabelingTaskArm.Random);

        await JudgeAsync(task, forwards: [true, true, true]);
        Assert.Equal((3, null, false), await StateAsync(task));
        await JudgeAsync(task, forwards: [true]);

        Assert.Equal((4, 4, true), await StateAsync(task));
    }

    [Fact]
    public async Task Closed_k_follows_undo_correction_and_retraction()
    {
        var project = await ProjectAsync();
        var task = await TaskAsync(project, LabelingTaskArm.Adaptive);
        var people = await JudgeAsync(task, forwards: [true, true]);
        await using var db = postgres.CreateContext();
        var last = await db.Assignments.SingleAsync(a => a.TaskId == task && a.PersonId == people[1], Cancel);

        // A correction changes what was said, not how many said it.
        var shown = (await postgres.Get<LookUpAssignment>().RunAsync(last.Id, people[1], Cancel)).Value!;
        await SubmitAsync(shown, people[1], forwards: false);
        Assert.Equal((2, 2, true), await StateAsync(task));
        await AssertExactAsync(project);

        var admin = await postgres.PersonAsync(Cancel, Roles.Admin);
        Assert.Equal(1, (await postgres.Get<RetractJudgements>().RunAsync(project, people[1], null, admin, Cancel)).Value);
        Assert.Equal((1, null, false), await StateAsync(task));
        await AssertExactAsync(project);
        Assert.Equal("no-task", (await postgres.Get<ClaimNextAssignment>().RunAsync(people[1], project, [], Cancel)).Refusal!.Code);

        var next = await JudgeAsync(task, forwards: [true]);
        Assert.Equal((2, 2, true), await StateAsync(task));
        var theirs = await db.Assignments.AsNoTracking().SingleAsync(a => a.TaskId == task && a.PersonId == next[0], Cancel);
        Assert.True((await postgres.Get<UndoSubmit>().RunAsync(theirs.Id, next[0], theirs.Version, Cancel)).Succeeded);
        Assert.Equal((1, null, false), await StateAsync(task));
        await AssertExactAsync(project);
    }

    [Fact]
    public async Task Who_undoes_a_split_and_then_agrees_makes_nobody_else_judge()
    {
        var project = await ProjectAsync();
        var task = await TaskAsync(project, LabelingTaskArm.Adaptive);
        var people = await JudgeAsync(task, forwards: [true, false]);
        Assert.Equal((2, null, false), await StateAsync(task));
        await using var db = postgres.CreateContext();
        var last = await db.Assignments.AsNoTracking().SingleAsync(a => a.TaskId == task && a.PersonId == people[1], Cancel);

        var again = (await postgres.Get<UndoSubmit>().RunAsync(last.Id, people[1], last.Version, Cancel)).Value!;
        await SubmitAsync(again, people[1], forwards: true);

        Assert.Equal((2, 2, true), await StateAsync(task));
        await AssertExactAsync(project);
    }

    [Fact]
    public async Task The_check_names_a_task_whose_judgement_was_tampered_with()
    {
        var project = await ProjectAsync();
        var task = await TaskAsync(project, LabelingTaskArm.Adaptive);
        await JudgeAsync(task, forwards: [true, true]);
        await using var db = postgres.CreateContext();

        await db.Database.ExecuteSqlAsync(
            $"insert into retractions (answer_id, person_id, at) select id, person_id, now() from answers where task_id = {task} limit 1",
            Cancel
        );

        var off = Assert.Single((await postgres.Get<CheckExactness>().RunAsync(project, Cancel)).Off);
        Assert.Equal((task, 1, 2, 2), (off.TaskId, off.LivePeople, off.JudgementCount, off.ClosedJudgements));
    }

    [Theory]
    [InlineData(1, 3, "One judge cannot agree")]
    [InlineData(3, 2, "below the 3")]
    public async Task A_cap_that_cannot_work_is_refused(int floor, int cap, string because)
    {
        var project = await postgres.ProjectAsync(Cancel, new ProjectSettings { JudgementsPerTask = floor });

        var refused = await postgres
            .Get<ChangeDistribution>()
            .RunAsync(project, new DistributionSettings { JudgementsCap = cap }, null, Cancel);

        Assert.Contains(because, refused.Refusal!.Sentence, StringComparison.Ordinal);
    }

    private async Task<Guid> ProjectAsync()
    {
        var project = await postgres.ProjectAsync(Cancel, new ProjectSettings { JudgementsPerTask = 2 });
        var changed = await postgres
            .Get<ChangeDistribution>()
            .RunAsync(project, new DistributionSettings { JudgementsCap = 4 }, null, Cancel);
        Assert.True(changed.Succeeded);
        return project;
    }

    private async Task<Guid> TaskAsync(Guid project, LabelingTaskArm arm)
    {
        var made = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        await using var db = postgres.CreateContext();
        await db.Database.ExecuteSqlAsync(
            $"""
            update labeling_tasks set arm = {(
                arm == LabelingTaskArm.Random ? "random" : "adaptive"
            )}, judgements_cap = 4, judgements_floor = {(arm == LabelingTaskArm.Random ? 4 : 2)},
              judgements_wanted = {(arm == LabelingTaskArm.Random ? 4 : 2)} where id = {made.Id}
            """,
            Cancel
        );
        return made.Id;
    }

    /// <summary>New people judge the task one after the other, a before b or b before a.</summary>
    private async Task<List<Guid>> JudgeAsync(Guid task, bool[] forwards)
    {
        await using var db = postgres.CreateContext();
        var project = await db.LabelingTasks.Where(t => t.Id == task).Select(t => t.ProjectId).SingleAsync(Cancel);
        var people = new List<Guid>();
        foreach (var forward in forwards)
        {
            var person = await postgres.PersonAsync(Cancel);
            var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value!;
            Assert.Equal(task, claim.TaskId);
            await SubmitAsync(claim, person, forward);
            people.Add(person);
        }

        return people;
    }

    private async Task SubmitAsync(ClaimedTask claim, Guid person, bool forwards)
    {
        var ranks = claim.Completions.ToDictionary(c => c.Id, c => (c.Text == "a") == forwards ? 1 : 2);
        var submitted = await postgres
            .Get<SubmitAnswers>()
            .RunAsync(
                new Submission(
                    claim.AssignmentId,
                    person,
                    claim.Version,
                    Guid.NewGuid(),
                    new Dictionary<string, AnswerValue> { ["overall"] = new RankingAnswer(ranks) }
                ),
                Cancel
            );
        Assert.True(submitted.Succeeded, submitted.Refusal?.Sentence);
    }

    private async Task<(int Count, int? ClosedAt, bool Closed)> StateAsync(Guid task)
    {
        await using var db = postgres.CreateContext();
        var row = await db.LabelingTasks.AsNoTracking().SingleAsync(t => t.Id == task, Cancel);
        return (row.JudgementCount, row.ClosedJudgements, row.ClosedAt is not null);
    }

    private async Task AssertExactAsync(Guid project) => Assert.Empty((await postgres.Get<CheckExactness>().RunAsync(project, Cancel)).Off);
}
