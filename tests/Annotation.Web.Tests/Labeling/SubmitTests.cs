using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>Submitting over HTTP: exactly once, or refused with a sentence that the page can show.</summary>
public sealed class SubmitTests(WebServer server) : IClassFixture<WebServer>
{
    [Fact]
    public async Task The_same_key_twice_gives_the_same_answer_and_one_row()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, task) = await TaskInHandAsync(cancellation);
        var request = Request(task, task.Completions.Select((c, i) => (c.Id, Rank: i + 1)));

        using var first = await SubmitAsync(http, task, request, cancellation);
        using var again = await SubmitAsync(http, task, request, cancellation);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var stored = await first.Content.ReadFromJsonAsync<SubmitResult>(cancellation);
        Assert.Equal(new SubmitResult(task.AssignmentId, false), stored! with { UndoUntil = null });
        Assert.Equal(stored with { Repeated = true }, await again.Content.ReadFromJsonAsync<SubmitResult>(cancellation));
        Assert.Equal(1, await CountAsync(task, cancellation));
    }

    [Fact]
    public async Task Eight_at_once_with_one_key_store_one_row()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, task) = await TaskInHandAsync(cancellation);
        var request = Request(task, task.Completions.Select(c => (c.Id, Rank: 1)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SubmitAsync(http, task, request, cancellation)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, await CountAsync(task, cancellation));
    }

    [Fact]
    public async Task Another_persons_task_is_refused_and_nothing_is_stored()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (_, task) = await TaskInHandAsync(cancellation);
        using var stranger = await server.ProgramOfAsync(cancellation);
        using var answer = await SubmitAsync(stranger, task, Request(task, task.Completions.Select(c => (c.Id, Rank: 1))), cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("unknown-assignment", (await answer.RefusalAsync(cancellation)).Code);
        Assert.Equal(0, await CountAsync(task, cancellation));
    }

    [Fact]
    public async Task What_the_task_does_not_allow_is_refused_and_may_be_sent_again_mended()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, task) = await TaskInHandAsync(cancellation);
        var whole = Request(task, task.Completions.Select((c, i) => (c.Id, Rank: i + 1)));
        SubmitRequest[] wrong =
        [
            Request(task, task.Completions.Take(1).Select(c => (c.Id, Rank: 1))),
            Request(task, task.Completions.Select(c => (c.Id, Rank: 1)).Append((Guid.NewGuid(), 2))),
            Request(task, task.Completions.Select(c => (c.Id, Rank: -1))),
            whole with
            {
                LeaseVersion = whole.LeaseVersion + 7,
            },
            whole with
            {
                Answers = new Dictionary<string, AnswerValueRow> { ["nonsense"] = new TextValue("x") },
            },
            whole with
            {
                Answers = new Dictionary<string, AnswerValueRow>(),
            },
        ];
        foreach (var request in wrong)
        {
            using var refused = await SubmitAsync(http, task, request, cancellation);
            Assert.True(refused.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Conflict, $"{refused.StatusCode}");
            await refused.RefusalAsync(cancellation);
        }

        using var mended = await SubmitAsync(http, task, whole, cancellation);
        Assert.Equal(HttpStatusCode.OK, mended.StatusCode);
        Assert.Equal(1, await CountAsync(task, cancellation));
    }

    private async Task<(HttpClient Http, TaskView Task)> TaskInHandAsync(CancellationToken cancellation)
    {
        var project = await server.Postgres.ProjectAsync(cancellation);
        await server.Postgres.TaskAsync(project, cancellation, texts: ["one", "two", "three"]);
        var http = await server.ProgramOfAsync(cancellation);
        using var answer = await http.PostAsync($"/api/labeling/next?project={project}", content: null, cancellation);
        return (http, (await answer.Content.ReadFromJsonAsync<TaskView>(JsonSerializerOptions.Web, cancellation))!);
    }

    private static SubmitRequest Request(TaskView task, IEnumerable<(Guid Id, int Rank)> ranks) =>
        new(
            Guid.NewGuid(),
            task.LeaseVersion,
            new Dictionary<string, AnswerValueRow>
            {
                [task.Questions[0].Key] = new RankingValue(ranks.ToDictionary(r => r.Id, r => r.Rank)),
            }
        );

    private static Task<HttpResponseMessage> SubmitAsync(
        HttpClient http,
        TaskView task,
        SubmitRequest request,
        CancellationToken cancellation
    ) => http.PostAsJsonAsync($"/api/labeling/assignments/{task.AssignmentId}/submit", request, cancellation);

    private async Task<int> CountAsync(TaskView task, CancellationToken cancellation)
    {
        await using var db = server.Postgres.CreateContext();
        return await db.Answers.CountAsync(a => a.AssignmentId == task.AssignmentId, cancellation);
    }
}
