using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class DistributionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_assigned_to_a_person_or_a_team_goes_to_nobody_else_and_comes_first()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var (mine, ours, everybodys) = (
            await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]),
            await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]),
            await postgres.TaskAsync(project, Cancel, priority: -1, texts: ["a", "b"])
        );
        var (me, mate, stranger) = (
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel)
        );
        var team = (await postgres.Get<SaveTeam>().RunAsync($"team-{project}", [me, mate], null, Cancel)).Value;
        var assign = postgres.Get<AssignTasks>();

        Assert.Equal(1, (await assign.RunAsync(project, me, null, 1, null, null, Cancel)).Value);
        Assert.Equal(1, (await assign.RunAsync(project, null, team, 1, null, null, Cancel)).Value);

        Assert.Equal(everybodys.Id, (await ClaimAsync(stranger, project))!.TaskId);
        Assert.Equal(ours.Id, (await ClaimAsync(mate, project))!.TaskId);
        Assert.Equal(mine.Id, (await ClaimAsync(me, project))!.TaskId);
        Assert.Equal(2, (await assign.RunAsync(project, null, null, null, null, null, Cancel)).Value);
    }

    [Fact]
    public async Task A_person_alone_is_assigned_nothing_that_needs_more_than_one_judgement()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, judgementsWanted: 2, texts: ["a", "b"]);
        var person = await postgres.PersonAsync(Cancel);

        Assert.Equal(0, (await postgres.Get<AssignTasks>().RunAsync(project, person, null, null, null, null, Cancel)).Value);
    }

    [Fact]
    public async Task Nobody_gets_a_language_that_they_did_not_declare_or_a_category_that_they_do_not_want()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var french = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        var violent = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        var plain = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        await using var db = postgres.CreateContext();
        // Also when the language is found out after the task was made.
        await db.Prompts.Where(p => p.Id == french.PromptId).ExecuteUpdateAsync(p => p.SetProperty(x => x.Language, "fr-ca"), Cancel);
        string[] flags = ["violence"];
        await db.Prompts.Where(p => p.Id == violent.PromptId).ExecuteUpdateAsync(p => p.SetProperty(x => x.ContentFlags, flags), Cancel);
        var (german, franc, tender) = (
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel),
            await postgres.PersonAsync(Cancel)
        );
        var save = postgres.Get<SaveLabelerSettings>();
        await save.RunAsync(german, ["de"], [], null, Cancel);
        await save.RunAsync(franc, ["fr"], [], null, Cancel);
        await save.RunAsync(tender, ["de"], ["violence"], null, Cancel);

        Assert.Equal(french.Id, (await ClaimAsync(franc, project))!.TaskId);
        Assert.Equal(violent.Id, (await ClaimAsync(german, project))!.TaskId);
        Assert.Equal(plain.Id, (await ClaimAsync(tender, project))!.TaskId);
    }

    [Fact]
    public async Task Nobody_judges_a_completion_of_their_own()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        var (author, other) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
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

        Assert.Null(await ClaimAsync(author, project));
        Assert.Equal(task.Id, (await ClaimAsync(other, project))!.TaskId);
    }

    [Fact]
    public async Task Limits_hold_for_a_day_and_in_all_also_for_who_fetches_ahead()
    {
        var project = await postgres.ProjectAsync(Cancel);
        for (var i = 0; i < 5; i++)
        {
            await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        }

        await ChangeAsync(project, new DistributionSettings { TasksPerPerson = 3, TasksPerPersonPerDay = 2 });
        var person = await postgres.PersonAsync(Cancel);
        var first = (await ClaimAsync(person, project))!;
        var second = (await ClaimAsync(person, project, first.AssignmentId))!;

        Assert.Null(await ClaimAsync(person, project, first.AssignmentId, second.AssignmentId));
        await JudgeAsync(first, person, 1, 2);
        await JudgeAsync(second, person, 1, 2);
        Assert.Null(await ClaimAsync(person, project));
        var refusal = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Refusal!;
        Assert.Equal("limit-reached", refusal.Code);
        Assert.StartsWith("You have judged as many tasks as one person may here", refusal.Sentence, StringComparison.Ordinal);
        postgres.Clock.Advance(TimeSpan.FromDays(1));
        await JudgeAsync((await ClaimAsync(person, project))!, person, 1, 2);
        Assert.Null(await ClaimAsync(person, project));
    }

    [Fact]
    public async Task A_skipped_task_comes_back_later_only_where_the_project_says_so_and_never_counts()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var task = await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await ClaimAsync(person, project))!;
        await postgres.Get<SkipAssignment>().RunAsync(claim.AssignmentId, person, claim.Version, "hard", Cancel);

        postgres.Clock.Advance(BackAfter);
        Assert.Null(await ClaimAsync(person, project));
        await ChangeAsync(project, new DistributionSettings { SkipPolicy = SkipPolicy.Later });
        var again = (await ClaimAsync(person, project))!;

        Assert.Equal((task.Id, claim.AssignmentId, 2), (again.TaskId, again.AssignmentId, again.Version));
        await using var db = postgres.CreateContext();
        Assert.Equal(0, (await db.LabelingTasks.SingleAsync(t => t.Id == task.Id, Cancel)).JudgementCount);
        await JudgeAsync(again, person, 1, 2);
        await AssertExactAsync(project);
    }

    [Fact]
    public async Task A_late_answer_is_kept_aside_once_and_counts_for_nothing()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, texts: ["a", "b"]);
        var (slow, quick) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var late = (await ClaimAsync(slow, project))!;
        postgres.Clock.Advance(LeaseSettings.Duration);
        await JudgeAsync((await ClaimAsync(quick, project))!, quick, 1, 2);
        var submission = Ranked(late, slow, 2, 1);

        var refused = (await postgres.Get<SubmitAnswers>().RunAsync(submission, Cancel)).Refusal!;
        await postgres.Get<SubmitAnswers>().RunAsync(submission, Cancel);

        Assert.Equal("lease-lost", refused.Code);
        Assert.Contains("kept", refused.Sentence, StringComparison.Ordinal);
        await using var db = postgres.CreateContext();
        var kept = await db.LateSubmissions.SingleAsync(l => l.ProjectId == project, Cancel);
        Assert.Equal((slow, late.AssignmentId, submission.SubmissionKey), (kept.PersonId, kept.AssignmentId, kept.SubmissionKey));
        Assert.Equal(((RankingAnswer)submission.Answers["overall"]).Ranks, ((RankingAnswer)kept.Answers["overall"]).Ranks);
        Assert.Equal(1, await db.Rankings.CountAsync(r => r.ProjectId == project, Cancel));
        await AssertExactAsync(project);
    }

    // The search is internal; ten minutes are its promise.
    private static readonly TimeSpan BackAfter = TimeSpan.FromMinutes(10);

    private async Task AssertExactAsync(Guid project) => Assert.Empty((await postgres.Get<CheckExactness>().RunAsync(project, Cancel)).Off);

    private async Task ChangeAsync(Guid project, DistributionSettings settings) =>
        Assert.True((await postgres.Get<ChangeDistribution>().RunAsync(project, settings, null, Cancel)).Succeeded);

    private async Task<ClaimedTask?> ClaimAsync(Guid person, Guid project, params Guid[] holding) =>
        (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding, Cancel)).Value;

    private async Task JudgeAsync(ClaimedTask task, Guid person, params int[] ranks)
    {
        var submitted = await postgres.Get<SubmitAnswers>().RunAsync(Ranked(task, person, ranks), Cancel);
        Assert.True(submitted.Succeeded, submitted.Refusal?.Sentence);
    }

    private static Submission Ranked(ClaimedTask task, Guid person, params int[] ranks) =>
        new(
            task.AssignmentId,
            person,
            task.Version,
            Guid.NewGuid(),
            new Dictionary<string, AnswerValue>
            {
                ["overall"] = new RankingAnswer(task.Completions.Zip(ranks).ToDictionary(p => p.First.Id, p => p.Second)),
            }
        );
}
