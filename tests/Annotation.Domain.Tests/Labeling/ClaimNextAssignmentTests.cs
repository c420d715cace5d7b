using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class ClaimNextAssignmentTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_many_clients_each_task_is_judged_by_exactly_the_wanted_number_of_different_people()
    {
        const int wanted = 3;
        var project = await postgres.ProjectAsync(Cancel);
        for (var i = 0; i < 12; i++)
        {
            await postgres.TaskAsync(project, Cancel, wanted, 0, "a", "b");
        }

        var people = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            people.Add(await postgres.PersonAsync(Cancel));
        }

        // Two clients per person, as with two open tabs; all work until nothing is left.
        await Task.WhenAll(people.Concat(people).Select(person => Task.Run(() => WorkAsync(project, person), Cancel)));
        // A client stops when it is offered nothing, which is also so while the last tasks are in other hands: each looks once more.
        foreach (var person in people)
        {
            await WorkAsync(project, person);
        }

        await using var db = postgres.CreateContext();
        var tasks = await db.LabelingTasks.Where(t => t.ProjectId == project).ToListAsync(Cancel);
        Assert.All(tasks, t => Assert.Equal((wanted, true), (t.JudgementCount, t.ClosedAt is not null)));
        var ids = tasks.Select(t => t.Id).ToList();
        var judges = await db.Answers.Where(a => ids.Contains(a.TaskId)).ToListAsync(Cancel);
        Assert.Equal(12 * wanted, judges.DistinctBy(a => (a.TaskId, a.PersonId)).Count());
        Assert.Equal(
            12 * wanted,
            await db.Assignments.CountAsync(a => ids.Contains(a.TaskId) && a.State == AssignmentState.Submitted, Cancel)
        );
    }

    [Fact]
    public async Task A_person_gets_the_task_in_hand_again_then_by_priority_then_by_age()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var old = await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var urgent = await postgres.TaskAsync(project, Cancel, 1, 5, "a", "b");
        var person = await postgres.PersonAsync(Cancel);

        var first = (await ClaimAsync(person, project)).Value!;
        var again = (await ClaimAsync(person, project)).Value!;
        await SkipAsync(first, person);
        var second = (await ClaimAsync(person, project)).Value!;

        Assert.Equal((urgent.Id, 1), (first.TaskId, first.Version));
        Assert.Equal((first.AssignmentId, 1), (again.AssignmentId, again.Version));
        Assert.Equal(first.Completions, again.Completions);
        Assert.Equal(old.Id, second.TaskId);
    }

    [Fact]
    public async Task Two_tabs_that_ask_at_the_same_moment_get_one_task()
    {
        var project = await postgres.ProjectAsync(Cancel);
        for (var i = 0; i < 4; i++)
        {
            await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        }

        var person = await postgres.PersonAsync(Cancel);

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ClaimAsync(person, project)));

        Assert.Single(claims.Select(c => c.Value!.AssignmentId).Distinct());
    }

    [Fact]
    public async Task When_a_lease_runs_out_somebody_else_gets_the_task_and_the_late_answer_is_refused()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (slow, quick) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var late = (await ClaimAsync(slow, project)).Value!;

        Assert.Equal("no-task", (await ClaimAsync(quick, project)).Refusal!.Code);
        postgres.Clock.Advance(LeaseSettings.Duration);
        var taken = (await ClaimAsync(quick, project)).Value!;
        Assert.Equal("lease-lost", (await SubmitAsync(late, slow)).Refusal!.Code);
        Assert.True((await SubmitAsync(taken, quick)).Succeeded);
        Assert.Equal("lease-lost", (await SubmitAsync(late, slow)).Refusal!.Code);

        await using var db = postgres.CreateContext();
        Assert.Equal(AssignmentState.Expired, (await db.Assignments.SingleAsync(a => a.Id == late.AssignmentId, Cancel)).State);
    }

    [Fact]
    public async Task A_late_answer_counts_while_nobody_else_has_the_task_and_a_renewed_lease_holds()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var (person, other) = (await postgres.PersonAsync(Cancel), await postgres.PersonAsync(Cancel));
        var claim = (await ClaimAsync(person, project)).Value!;

        postgres.Clock.Advance(LeaseSettings.Duration + TimeSpan.FromMinutes(5));
        var renewed = await postgres.Get<RenewLease>().RunAsync(claim.AssignmentId, person, claim.Version, Cancel);
        Assert.True(renewed.Value!.LeaseUntil > claim.LeaseUntil);
        Assert.Equal("no-task", (await ClaimAsync(other, project)).Refusal!.Code);
        postgres.Clock.Advance(LeaseSettings.Duration);

        Assert.True((await SubmitAsync(claim, person)).Succeeded);
        Assert.Equal("no-task", (await ClaimAsync(other, project)).Refusal!.Code);
    }

    [Fact]
    public async Task A_lease_handed_out_anew_to_the_same_person_has_the_next_version_and_the_old_one_is_refused()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var first = (await ClaimAsync(person, project)).Value!;

        postgres.Clock.Advance(LeaseSettings.Duration);
        var second = (await ClaimAsync(person, project)).Value!;

        Assert.Equal((first.AssignmentId, 2), (second.AssignmentId, second.Version));
        Assert.Equal("lease-lost", (await SubmitAsync(first, person)).Refusal!.Code);
        Assert.True((await SubmitAsync(second, person)).Succeeded);
    }

    [Fact]
    public async Task What_was_skipped_or_judged_is_never_offered_to_the_same_person_again()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 5, 0, "a", "b");
        await postgres.TaskAsync(project, Cancel, 5, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);

        var first = (await ClaimAsync(person, project)).Value!;
        await SkipAsync(first, person);
        var second = (await ClaimAsync(person, project)).Value!;
        await SubmitAsync(second, person);

        Assert.NotEqual(first.TaskId, second.TaskId);
        Assert.Equal("no-task", (await ClaimAsync(person, project)).Refusal!.Code);
        Assert.Equal("skipped", (await SubmitAsync(first, person)).Refusal!.Code);
        await using var db = postgres.CreateContext();
        Assert.Equal("cannot judge", (await db.Assignments.SingleAsync(a => a.Id == first.AssignmentId, Cancel)).SkipReason);
    }

    [Fact]
    public async Task The_shown_order_is_stored_and_differs_between_people_and_every_criterion_is_asked()
    {
        var project = await postgres.ProjectAsync(Cancel, null, "truth");
        var texts = Enumerable.Range(0, 9).Select(i => $"completion {i}").ToArray();
        await postgres.TaskAsync(project, Cancel, 4, 0, texts);
        var orders = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            var claim = (await ClaimAsync(await postgres.PersonAsync(Cancel), project)).Value!;
            Assert.Equal(texts, claim.Completions.Select(c => c.Text).Order());
            Assert.Equal([Criterion.Overall, "truth"], claim.Criteria.Select(c => c.Key));
            orders.Add(string.Join(',', claim.Completions.Select(c => c.Text)));
            await using var db = postgres.CreateContext();
            var stored = await db.Assignments.SingleAsync(a => a.Id == claim.AssignmentId, Cancel);
            Assert.Equal(claim.Completions.Select(c => c.Id), stored.ShownOrder);
        }

        // Four times the same of 362,880 orders would be no shuffling.
        Assert.True(orders.Count > 1);
    }

    [Fact]
    public async Task Who_holds_a_task_gets_the_next_one_beside_it()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        await postgres.TaskAsync(project, Cancel, 1, 0, "c", "d");
        var person = await postgres.PersonAsync(Cancel);
        var claim = postgres.Get<ClaimNextAssignment>();

        var first = (await claim.RunAsync(person, project, [], Cancel)).Value!;
        var second = (await claim.RunAsync(person, project, [first.AssignmentId], Cancel)).Value!;
        var third = await claim.RunAsync(person, project, [first.AssignmentId, second.AssignmentId], Cancel);

        Assert.NotEqual(first.TaskId, second.TaskId);
        Assert.Equal("no-task", third.Refusal?.Code);
        Assert.Equal(first.Version, (await claim.RunAsync(person, project, [], Cancel)).Value!.Version);
    }

    private async Task WorkAsync(Guid project, Guid person)
    {
        while ((await ClaimAsync(person, project)).Value is { } claim)
        {
            await SubmitAsync(claim, person);
        }
    }

    private Task<Outcome<ClaimedTask>> ClaimAsync(Guid person, Guid project) =>
        postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel);

    private Task SkipAsync(ClaimedTask claim, Guid person) =>
        postgres.Get<SkipAssignment>().RunAsync(claim.AssignmentId, person, claim.Version, "cannot judge", Cancel);

    private Task<Outcome<SubmittedAnswers>> SubmitAsync(ClaimedTask claim, Guid person) =>
        postgres
            .Get<SubmitAnswers>()
            .RunAsync(
                new Submission(
                    claim.AssignmentId,
                    person,
                    claim.Version,
                    Guid.NewGuid(),
                    claim.Criteria.ToDictionary(
                        c => c.Key,
                        AnswerValue (_) => new RankingAnswer(claim.Completions.Index().ToDictionary(p => p.Item.Id, p => p.Index + 1))
                    )
                ),
                Cancel
            );
}
