using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

/// <summary>What one person does in two tabs at once, or in one that was left open for long.</summary>
public sealed class TwoTabsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_claim_beside_the_late_submit_or_heartbeat_of_the_same_person_counts_nobody_twice(bool submits)
    {
        var project = await postgres.ProjectAsync(Cancel);
        for (var i = 0; i < 200; i++)
        {
            await postgres.TaskAsync(project, Cancel, 3, 0, "a", "b");
        }

        var person = await postgres.PersonAsync(Cancel);
        await using var db = postgres.CreateContext();
        while ((await ClaimAsync(person, project)).Value is { } claim)
        {
            // As when somebody else's claim found that the lease had run out.
            await db.Database.ExecuteSqlAsync(
                $"""
                with ended as (update assignments set state = 'expired' where id = {claim.AssignmentId} returning task_id)
                update labeling_tasks set lease_count = lease_count - 1 where id = (select task_id from ended)
                """,
                Cancel
            );
            var again = Task.Run(() => ClaimAsync(person, project), Cancel);
            await (
                submits
                    ? SubmitAsync(claim, person)
                    : postgres.Get<RenewLease>().RunAsync(claim.AssignmentId, person, claim.Version, Cancel) as Task
            );
            if ((await again).Value is { } next)
            {
                await SubmitAsync(next, person);
            }
        }

        Assert.Empty((await postgres.Get<CheckExactness>().RunAsync(project, Cancel)).Off);
        var counts = await db.LabelingTasks.Where(t => t.ProjectId == project).Select(t => t.JudgementCount).ToListAsync(Cancel);
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task The_claim_that_finds_a_lease_run_out_hands_out_the_place_at_once_also_with_no_project_named_and_at_the_limit()
    {
        var project = await postgres.ProjectAsync(Cancel);
        // Before what other tests left behind, in whatever project.
        await postgres.TaskAsync(project, Cancel, 1, 1000, "a", "b");
        await Limit(project, 1);
        var (slow, other) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var first = (await ClaimAsync(slow, project)).Value!;

        postgres.Clock.Advance(LeaseSettings.Duration);
        // One's own lease that ran out is nothing that one holds.
        var second = (await ClaimAsync(slow, project)).Value!;
        Assert.Equal((first.TaskId, 2), (second.TaskId, second.Version));
        postgres.Clock.Advance(LeaseSettings.Duration);
        var taken = (await postgres.Get<ClaimNextAssignment>().RunAsync(other, null, [], Cancel)).Value;

        Assert.Equal(first.TaskId, taken?.TaskId);
    }

    [Fact]
    public async Task Who_was_taken_back_cannot_make_it_a_skip_and_be_asked_again()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (person, admin) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel, Roles.Admin));
        var claim = (await ClaimAsync(person, project)).Value!;
        await SubmitAsync(claim, person);
        await postgres.Get<RetractJudgements>().RunAsync(project, person, null, admin, Cancel);
        var seen = (await postgres.Get<LookUpAssignment>().RunAsync(claim.AssignmentId, person, Cancel)).Value!;

        var skipped = await postgres.Get<SkipAssignment>().RunAsync(seen.AssignmentId, person, seen.Version, "no", Cancel);

        Assert.Equal("lease-lost", skipped.Refusal?.Code);
        await using var db = postgres.CreateContext();
        Assert.Equal(AssignmentState.Retracted, (await db.Assignments.SingleAsync(a => a.Id == claim.AssignmentId, Cancel)).State);
    }

    [Fact]
    public async Task What_is_submitted_after_a_skip_elsewhere_or_to_questions_that_have_changed_is_kept_aside()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (person, quick) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var skipped = (await ClaimAsync(person, project)).Value!;
        await postgres.Get<SkipAssignment>().RunAsync(skipped.AssignmentId, person, skipped.Version, "hard", Cancel);
        var late = (await ClaimAsync(person, project)).Value!;
        postgres.Clock.Advance(LeaseSettings.Duration);
        var first = (await ClaimAsync(quick, project)).Value!;
        await SubmitAsync(first, quick);
        Assert.Equal(late.TaskId, (await ClaimAsync(quick, project)).Value?.TaskId);

        var afterSkip = await SubmitAsync(skipped, person);
        var unknown = Ranked(late, person) with
        {
            Answers = new Dictionary<string, AnswerValue> { ["asked-before"] = new TextAnswer("yes") },
        };
        var afterChange = await postgres.Get<SubmitAnswers>().RunAsync(unknown, Cancel);

        Assert.Equal(("skipped", "lease-lost"), (afterSkip.Refusal?.Code, afterChange.Refusal?.Code));
        await using var db = postgres.CreateContext();
        var kept = await db.LateSubmissions.Where(l => l.ProjectId == project).ToListAsync(Cancel);
        Assert.Equal([skipped.AssignmentId, late.AssignmentId], kept.OrderBy(l => l.Id).Select(l => l.AssignmentId));
        Assert.Equal("yes", Assert.IsType<TextAnswer>(kept.Single(k => k.AssignmentId == late.AssignmentId).Answers["asked-before"]).Text);
    }

    [Fact]
    public async Task A_submission_that_was_undone_is_not_said_to_be_undoable_when_it_comes_again()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var submission = Ranked((await ClaimAsync(person, project)).Value!, person);
        var submit = postgres.Get<SubmitAnswers>();
        Assert.NotNull((await submit.RunAsync(submission, Cancel)).Value!.UndoUntil);
        await postgres.Get<UndoSubmit>().RunAsync(submission.AssignmentId, person, submission.Version, Cancel);

        var again = (await submit.RunAsync(submission, Cancel)).Value!;

        Assert.Equal((true, null), (again.Repeated, again.UndoUntil));
        Assert.Empty((await postgres.Get<CheckExactness>().RunAsync(project, Cancel)).Off);
    }

    private async Task Limit(Guid project, int tasksPerPerson) =>
        Assert.True(
            (
                await postgres
                    .Get<ChangeDistribution>()
                    .RunAsync(project, new DistributionSettings { TasksPerPerson = tasksPerPerson }, null, Cancel)
            ).Succeeded
        );

    private Task<Outcome<ClaimedTask>> ClaimAsync(Guid person, Guid project) =>
        postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel);

    private Task<Outcome<SubmittedAnswers>> SubmitAsync(ClaimedTask claim, Guid person) =>
        postgres.Get<SubmitAnswers>().RunAsync(Ranked(claim, person), Cancel);

    private static Submission Ranked(ClaimedTask claim, Guid person) =>
        new(
            claim.AssignmentId,
            person,
            claim.Version,
            Guid.NewGuid(),
            new Dictionary<string, AnswerValue>
            {
                [Criterion.Overall] = new RankingAnswer(claim.Completions.Index().ToDictionary(p => p.Item.Id, p => p.Index + 1)),
            }
        );
}
