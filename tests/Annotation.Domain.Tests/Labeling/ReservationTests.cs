using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

/// <summary>A task that is for some alone must not wait for ever when they cannot finish it.</summary>
public sealed class ReservationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_who_can_still_judge_a_task_counts_when_it_is_reserved()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, 3, 0, "a", "b");
        var (judge, author, fresh) = (
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel)
        );
        await JudgeAsync(judge, project);
        await WriteAsync(task, author);
        var assign = postgres.Get<AssignTasks>();

        // Two more are wanted, and of these two each is out for a reason of their own.
        Assert.Equal(0, (await assign.RunAsync(project, null, await TeamAsync(judge, fresh), null, null, null, Cancel)).Value);
        Assert.Equal(0, (await assign.RunAsync(project, null, await TeamAsync(author, fresh), null, null, null, Cancel)).Value);
        var able = await TeamAsync(judge, author, fresh, await postgres.PersonAsync(Cancel));
        Assert.Equal(1, (await assign.RunAsync(project, null, able, null, null, null, Cancel)).Value);
    }

    [Fact]
    public async Task Nobody_is_assigned_a_task_with_a_completion_of_their_own()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var author = await postgres.PersonAsync(Cancel);
        await WriteAsync(task, author);

        Assert.Equal(0, (await postgres.Get<AssignTasks>().RunAsync(project, author, null, null, null, null, Cancel)).Value);
    }

    [Fact]
    public async Task A_reserved_task_that_its_person_skips_or_is_taken_back_from_is_everybodys()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (person, other) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var assign = postgres.Get<AssignTasks>();
        await assign.RunAsync(project, person, null, null, null, null, Cancel);
        Assert.Null(await ClaimAsync(other, project));

        var claim = (await ClaimAsync(person, project))!;
        await postgres.Get<SkipAssignment>().RunAsync(claim.AssignmentId, person, claim.Version, "hard", Cancel);
        Assert.Equal(task.Id, (await ClaimAsync(other, project))?.TaskId);

        await JudgeAsync(other, project);
        await using var db = postgres.CreateContext();
        await db.LabelingTasks.Where(t => t.Id == task.Id).ExecuteUpdateAsync(t => t.SetProperty(x => x.AssignedPersonId, other), Cancel);
        await postgres.Get<RetractJudgements>().RunAsync(project, other, null, person, Cancel);
        Assert.Equal(task.Id, (await ClaimAsync(await postgres.PersonAsync(Cancel), project))?.TaskId);
    }

    [Fact]
    public async Task Skipped_by_one_of_a_team_it_stays_with_those_who_are_enough()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (first, second, stranger) = (
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel)
        );
        await postgres.Get<AssignTasks>().RunAsync(project, null, await TeamAsync(first, second), null, null, null, Cancel);

        await SkipAsync(first, project);
        Assert.Null(await ClaimAsync(stranger, project));
        await SkipAsync(second, project);
        Assert.Equal(task.Id, (await ClaimAsync(stranger, project))?.TaskId);
    }

    [Fact]
    public async Task A_skipped_task_does_not_come_back_to_who_opted_out_of_it_or_may_not_have_it_any_more()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var (violent, french, reserved) = (
            await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b"),
            await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b"),
            await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b")
        );
        var (person, other) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var settings = new DistributionSettings { SkipPolicy = SkipPolicy.Later };
        await postgres.Get<ChangeDistribution>().RunAsync(project, settings, null, Cancel);
        for (var i = 0; i < 3; i++)
        {
            await SkipAsync(person, project);
        }

        await using var db = postgres.CreateContext();
        string[] flags = ["violence"];
        await db.Prompts.Where(p => p.Id == violent.PromptId).ExecuteUpdateAsync(p => p.SetProperty(x => x.ContentFlags, flags), Cancel);
        await db.Prompts.Where(p => p.Id == french.PromptId).ExecuteUpdateAsync(p => p.SetProperty(x => x.Language, "fr"), Cancel);
        await postgres.Get<SaveLabelerSettings>().RunAsync(person, ["de"], flags, null, Cancel);
        await db
            .LabelingTasks.Where(t => t.Id == reserved.Id)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.AssignedPersonId, other), Cancel);
        postgres.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(await ClaimAsync(person, project));
        await postgres.Get<SaveLabelerSettings>().RunAsync(person, ["de", "fr"], flags, null, Cancel);
        Assert.Equal(french.Id, (await ClaimAsync(person, project))?.TaskId);
    }

    private async Task<Guid> TeamAsync(params Guid[] people) =>
        (await postgres.Get<SaveTeam>().RunAsync($"team-{Guid.NewGuid()}", people, null, Cancel)).Value;

    private async Task WriteAsync(LabelingTask task, Guid author)
    {
        await using var db = postgres.CreateContext();
        var own = new Completion
        {
            PromptId = task.PromptId,
            Text = "mine",
            TextHash = PromptText.Hash("mine"),
            PersonId = author,
            CreatedAt = postgres.Clock.GetUtcNow(),
        };
        db.Completions.Add(own);
        db.LabelingTaskCompletions.Add(
            new LabelingTaskCompletion
            {
                TaskId = task.Id,
                CompletionId = own.Id,
                Position = 2,
            }
        );
        await db.SaveChangesAsync(Cancel);
    }

    private async Task<ClaimedTask?> ClaimAsync(Guid person, Guid project) =>
        (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value;

    private async Task SkipAsync(Guid person, Guid project)
    {
        var claim = (await ClaimAsync(person, project))!;
        Assert.True((await postgres.Get<SkipAssignment>().RunAsync(claim.AssignmentId, person, claim.Version, "hard", Cancel)).Succeeded);
    }

    private async Task JudgeAsync(Guid person, Guid project)
    {
        var claim = (await ClaimAsync(person, project))!;
        var ranks = new RankingAnswer(claim.Completions.Index().ToDictionary(p => p.Item.Id, p => p.Index + 1));
        var answers = new Dictionary<string, AnswerValue> { ["overall"] = ranks };
        var done = await postgres
            .Get<SubmitAnswers>()
            .RunAsync(new Submission(claim.AssignmentId, person, claim.Version, Guid.NewGuid(), answers), Cancel);
        Assert.True(done.Succeeded, done.Refusal?.Sentence);
    }
}
