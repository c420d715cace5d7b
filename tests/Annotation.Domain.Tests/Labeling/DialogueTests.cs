using Annotation.Domain.Dialogues;
using Annotation.Domain.Labeling;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Labeling;

public sealed class DialogueTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Three_turns_become_a_demonstration_at_each_turn_of_the_assistant()
    {
        var cancel = TestContext.Current.CancellationToken;
        var project = await postgres.ProjectAsync(cancel);
        var prompt = await postgres.PromptAsync(project, "U1", cancel);
        await using var db = postgres.CreateContext();
        db.LabelingTasks.Add(
            new LabelingTask
            {
                ProjectId = project,
                PromptId = prompt.Id,
                Kind = LabelingTaskKind.Dialogue,
                JudgementsWanted = 1,
                CreatedAt = postgres.Clock.GetUtcNow(),
            }
        );
        await db.SaveChangesAsync(cancel);
        var person = await postgres.PersonAsync(cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], cancel)).Value!;
        var answers = new Dictionary<string, AnswerValue>
        {
            ["dialogue"] = new DialogueAnswer([new("assistant", "A1"), new("user", "U2"), new("assistant", "A2")]),
        };

        var done = await postgres
            .Get<SubmitAnswers>()
            .RunAsync(new Submission(claim.AssignmentId, person, claim.Version, Guid.NewGuid(), answers), cancel);

        Assert.True(done.Succeeded, done.Refusal?.Sentence);
        var rows = await (
            from d in db.Demonstrations
            join p in db.Prompts on d.PromptId equals p.Id
            join c in db.Completions on d.CompletionId equals c.Id
            where d.ProjectId == project
            orderby d.Id
            select new { p.Messages, c.Text }
        ).ToListAsync(cancel);
        Assert.Equal(["U1 > A1", "U1 A1 U2 > A2"], rows.Select(r => string.Join(' ', r.Messages.Select(m => m.Content)) + " > " + r.Text));
    }

    [Fact]
    public async Task Who_comes_back_late_does_not_take_a_side_that_somebody_else_has_by_then()
    {
        var cancel = TestContext.Current.CancellationToken;
        var project = await postgres.ProjectAsync(cancel);
        await postgres.PromptAsync(project, "U1", cancel);
        await postgres.Get<CreateDialogueTasks>().RunAsync(project, 5, true, null, cancel);
        var (anna, bert, carl) = (
            await postgres.PersonAsync(cancel),
            await postgres.PersonAsync(cancel),
            await postgres.PersonAsync(cancel)
        );
        var left = (await postgres.Get<ClaimNextAssignment>().RunAsync(anna, project, [], cancel)).Value!;
        postgres.Clock.Advance(LeaseSettings.Duration);
        Assert.NotNull((await postgres.Get<ClaimNextAssignment>().RunAsync(bert, project, [], cancel)).Value);

        var renewed = await postgres.Get<RenewLease>().RunAsync(left.AssignmentId, anna, left.Version, cancel);

        Assert.Equal("lease-lost", renewed.Refusal?.Code);
        var user = (await postgres.Get<ClaimNextAssignment>().RunAsync(carl, project, [], cancel)).Value!;
        await using var db = postgres.CreateContext();
        Assert.Equal(DialogueSeat.User, (await SeenDialogue.ReadAsync(db, user.AssignmentId, cancel)).Seat);
    }

    [Fact]
    public async Task Two_people_take_a_side_each_and_every_turn_keeps_its_author()
    {
        var cancel = TestContext.Current.CancellationToken;
        var project = await postgres.ProjectAsync(cancel);
        await postgres.PromptAsync(project, "U1", cancel);
        Assert.Equal(1, (await postgres.Get<CreateDialogueTasks>().RunAsync(project, 5, true, null, cancel)).Value);
        var (anna, bert) = (await postgres.PersonAsync(cancel), await postgres.PersonAsync(cancel));
        var assistant = (await postgres.Get<ClaimNextAssignment>().RunAsync(anna, project, [], cancel)).Value!;
        var user = (await postgres.Get<ClaimNextAssignment>().RunAsync(bert, project, [], cancel)).Value!;
        await using var db = postgres.CreateContext();
        var (asAssistant, asUser) = (
            await SeenDialogue.ReadAsync(db, assistant.AssignmentId, cancel),
            await SeenDialogue.ReadAsync(db, user.AssignmentId, cancel)
        );
        Assert.Equal((DialogueSeat.Assistant, true), (asAssistant.Seat, asAssistant.YourTurn));
        Assert.Equal((DialogueSeat.User, false), (asUser.Seat, asUser.YourTurn));

        Assert.Equal("turn-taken", (await AddAsync(user, bert, 0, "A1")).Refusal?.Code);
        Assert.True((await AddAsync(assistant, anna, 0, "A1")).Succeeded);
        Assert.True((await AddAsync(assistant, anna, 0, "A1")).Succeeded);
        Assert.Equal("turn-taken", (await AddAsync(assistant, anna, 1, "U2")).Refusal?.Code);
        Assert.True((await AddAsync(user, bert, 1, "U2")).Succeeded);
        Assert.StartsWith(
            "The dialogue ends with the user's turn",
            (await SubmitAsync(user, bert)).Refusal?.Sentence,
            StringComparison.Ordinal
        );
        Assert.True((await AddAsync(assistant, anna, 2, "A2")).Succeeded);
        Assert.True((await SubmitAsync(user, bert)).Succeeded);
        Assert.Equal("dialogue-over", (await AddAsync(assistant, anna, 3, "A3")).Refusal?.Code);
        Assert.True((await SubmitAsync(assistant, anna)).Succeeded);

        var turns = Assert.IsType<DialogueAnswer>((await db.Answers.FirstAsync(a => a.PersonId == anna, cancel)).Value).Turns;
        Assert.Equal([("A1", anna), ("U2", bert), ("A2", anna)], turns.Select(t => (t.Text, t.PersonId!.Value)));
        var written = await db.Demonstrations.Where(d => d.ProjectId == project).Select(d => d.PersonId).ToListAsync(cancel);
        Assert.Equal([anna, anna], written);
    }

    [Fact]
    public async Task A_turn_that_starts_from_a_suggestion_keeps_its_origin()
    {
        var cancel = TestContext.Current.CancellationToken;
        var project = await postgres.ProjectAsync(cancel);
        await postgres.PromptAsync(project, "U1", cancel);
        await postgres.Get<CreateDialogueTasks>().RunAsync(project, 1, false, null, cancel);
        var person = await postgres.PersonAsync(cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], cancel)).Value!;
        var started = (await postgres.Get<SuggestTurn>().RunAsync(claim.AssignmentId, person, [], cancel)).Value!;
        Assert.Equal(
            "no-suggestions",
            (await postgres.Get<SuggestTurn>().RunAsync(claim.AssignmentId, person, [new("assistant", "A1")], cancel)).Refusal?.Code
        );
        await using var db = postgres.CreateContext();
        await db
            .Runs.Where(r => r.Id == started.Run.Id)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Result, """{"completions":[{"text":"a start"}]}"""), cancel);
        WrittenTurn[] turns =
        [
            new("assistant", "a start", started.Id),
            new("user", "U2"),
            new("assistant", "a start, and an end", started.Id),
        ];

        var submission = new Submission(
            claim.AssignmentId,
            person,
            claim.Version,
            Guid.NewGuid(),
            new Dictionary<string, AnswerValue> { ["dialogue"] = new DialogueAnswer(turns) }
        );
        Assert.True((await postgres.Get<SubmitAnswers>().RunAsync(submission, cancel)).Succeeded);

        var stored = Assert.IsType<DialogueAnswer>((await db.Answers.FirstAsync(a => a.PersonId == person, cancel)).Value).Turns;
        Assert.Equal([TurnOrigin.Suggested, TurnOrigin.Typed, TurnOrigin.Edited], stored.Select(t => t.Origin));
        Assert.All(stored, t => Assert.Equal(person, t.PersonId));
    }

    private Task<Outcome<ClaimedTask>> AddAsync(ClaimedTask task, Guid person, int position, string text) =>
        postgres
            .Get<AddTurn>()
            .RunAsync(task.AssignmentId, person, task.Version, new NewTurn(position, text, null), TestContext.Current.CancellationToken);

    private Task<Outcome<SubmittedAnswers>> SubmitAsync(ClaimedTask task, Guid person) =>
        postgres
            .Get<SubmitAnswers>()
            .RunAsync(
                new Submission(
                    task.AssignmentId,
                    person,
                    task.Version,
                    Guid.NewGuid(),
                    new Dictionary<string, AnswerValue> { ["dialogue"] = new DialogueAnswer([]) }
                ),
                TestContext.Current.CancellationToken
            );
}
