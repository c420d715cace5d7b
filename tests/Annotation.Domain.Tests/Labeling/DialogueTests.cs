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
}
