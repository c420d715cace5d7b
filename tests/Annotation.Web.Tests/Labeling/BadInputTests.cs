using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Annotation.Client.Contracts;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>What cannot be accepted is refused with a sentence for the page, and the draft stays as it was.</summary>
public sealed class BadInputTests(WebServer server) : IClassFixture<WebServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly QuestionRow[] Questions =
    [
        new RankingQuestionRow { Key = "overall" },
        new ReasonQuestionRow { Key = "reason", MinLength = 20 },
    ];

    public static TheoryData<string, HttpStatusCode, string> Bad =>
        new()
        {
            { "foreign lease", HttpStatusCode.NotFound, "not yours" },
            { "stale version", HttpStatusCode.Conflict, "handed to you anew" },
            { "unknown completion", HttpStatusCode.BadRequest, "does not belong to this task" },
            { "partial ranking", HttpStatusCode.BadRequest, "leaves out 1 of the 3" },
            { "short text", HttpStatusCode.BadRequest, "has 5 characters; write at least 20" },
            { "missing answer", HttpStatusCode.BadRequest, "'reason' is not answered" },
            { "wrong kind", HttpStatusCode.BadRequest, "asks for a ranking" },
            { "unknown kind", HttpStatusCode.BadRequest, "telepathy" },
            { "no ranks", HttpStatusCode.BadRequest, "not complete" },
            { "null character", HttpStatusCode.BadRequest, "null character" },
            { "negative time", HttpStatusCode.BadRequest, "negative" },
            { "unknown device", HttpStatusCode.BadRequest, "no input device" },
        };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_submit_is_refused_with_a_sentence_and_the_draft_is_kept(string what, HttpStatusCode status, string sentence)
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, Questions, ["one", "two", "three"], Cancel);
        using var draft = await labeler.PutAsync(
            $"assignments/{task.AssignmentId}/draft",
            new { revision = 1, content = new { text = "as typed" } },
            Cancel
        );
        var body = Body(task, what);
        using var stranger = await server.ProgramOfAsync(Cancel);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await (what == "foreign lease" ? stranger : labeler.Http).PostAsync(
            $"/api/labeling/assignments/{task.AssignmentId}/submit",
            content,
            Cancel
        );

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(sentence, (await answer.RefusalAsync(Cancel)).Sentence, StringComparison.Ordinal);
        var again = (await labeler.NextAsync(project, Cancel))!;
        Assert.Equal("as typed", again.Draft!.Content.GetProperty("text").GetString());
        await using var db = server.Postgres.CreateContext();
        Assert.False(await db.Answers.AnyAsync(a => a.AssignmentId == task.AssignmentId, Cancel));
    }

    [Fact]
    public async Task Ten_megabytes_are_refused_as_an_answer_and_as_a_draft_and_the_last_draft_stays()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, Questions, ["one", "two", "three"], Cancel);
        var path = $"assignments/{task.AssignmentId}/draft";
        using var small = await labeler.PutAsync(path, new { revision = 1, content = "small" }, Cancel);
        var text = new string('x', 10 * 1024 * 1024);

        using var draft = await labeler.PutAsync(path, new { revision = 2, content = text }, Cancel);
        using var submit = await labeler.SubmitAsync(
            task,
            new Dictionary<string, AnswerValueRow> { ["overall"] = Ranking(task, 1, 2, 3), ["reason"] = new ReasonValue(text) },
            Cancel
        );

        Assert.Equal(HttpStatusCode.BadRequest, draft.StatusCode);
        Assert.Contains("larger than 1 MB", (await draft.RefusalAsync(Cancel)).Sentence, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, submit.StatusCode);
        Assert.Contains("at most 10000", (await submit.RefusalAsync(Cancel)).Sentence, StringComparison.Ordinal);
        Assert.Equal("small", (await labeler.NextAsync(project, Cancel))!.Draft!.Content.GetString());
    }

    [Fact]
    public async Task Script_in_markdown_reaches_the_page_as_text()
    {
        const string Attack = "# Hi\n<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>";
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, [Attack, "two"], Cancel);
        using var engineer = await server.ProgramOfAsync(Cancel, "engineer");
        using var saved = await engineer.PutAsJsonAsync(
            $"/api/projects/{project}/guideline",
            new SaveGuidelineRequest(Attack, [new GuidelineExampleRow("t", Attack, [new(Attack, 1)], Attack)]),
            Cancel
        );
        using var asked = await labeler.PostAsync($"assignments/{task.AssignmentId}/ask", new AskRequest(Attack), Cancel);

        var guideline = await labeler.GetAsync<GuidelineView>($"guideline?project={project}", Cancel);
        var inbox = await labeler.GetAsync<InboxView>("inbox", Cancel);

        Assert.All(
            [
                task.Completions.Single(c => c.Text == Attack).Html,
                guideline.Html,
                guideline.Examples[0].PromptHtml,
                guideline.Examples[0].ExplanationHtml,
                guideline.Examples[0].Completions[0].Html,
                inbox.Inquiries[0].Messages[0].Html,
            ],
            html =>
            {
                Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
            }
        );
    }

    private static string Body(TaskView task, string what)
    {
        var ids = task.Completions.Select(c => c.Id).ToList();
        var ranks = ids.Index().ToDictionary(p => p.Item.ToString(), p => p.Index + 1);
        object ranking = new { kind = "ranking", ranks };
        object reason = new { kind = "reason", text = "Long enough to be a reason." };
        switch (what)
        {
            case "unknown completion":
                ranks[Guid.NewGuid().ToString()] = 1;
                break;
            case "partial ranking":
                ranks.Remove(ids[2].ToString());
                break;
            case "short text":
                reason = new { kind = "reason", text = " short " };
                break;
            case "wrong kind":
                ranking = new { kind = "text", text = "x" };
                break;
            case "unknown kind":
                ranking = new { kind = "telepathy" };
                break;
            case "no ranks":
                ranking = new { kind = "ranking" };
                break;
            case "null character":
                reason = new { kind = "reason", text = "Long enough to be a \0 reason." };
                break;
        }

        var answers = new Dictionary<string, object> { ["overall"] = ranking };
        if (what != "missing answer")
        {
            answers["reason"] = reason;
        }

        return JsonSerializer.Serialize(
            new
            {
                submissionKey = Guid.NewGuid(),
                leaseVersion = task.LeaseVersion + (what == "stale version" ? 1 : 0),
                answers,
                activeMilliseconds = what == "negative time" ? -1 : 1000,
                interaction = new { inputDevice = what == "unknown device" ? "mind" : "mouse" },
            }
        );
    }

    private static RankingValue Ranking(TaskView task, params int[] ranks) =>
        new(task.Completions.Zip(ranks).ToDictionary(p => p.First.Id, p => p.Second));
}
