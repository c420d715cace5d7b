using System.Net;
using System.Net.Http.Json;
using Annotation.Client.Contracts;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>The guideline with what changed since the last visit, and questions to the engineers.</summary>
public sealed class GuidelineAndInboxTests(WebServer server) : IClassFixture<WebServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_visit_the_labeler_sees_the_lines_that_changed()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        using var engineer = await server.ProgramOfAsync(Cancel, "engineer");
        var path = $"/api/projects/{project}/guideline";
        var example = new GuidelineExampleRow("Short wins", "Say hi", [new("hi", 1), new("Greetings to you", 2)], "It was *asked* so.");
        using var first = await engineer.PutAsJsonAsync(
            path,
            new SaveGuidelineRequest("Be kind.\nBe brief.\nRead all.", [example]),
            Cancel
        );
        var before = await labeler.GetAsync<GuidelineView>($"guideline?project={project}", Cancel);
        using var seen = await labeler.PostAsync($"guideline/seen?project={project}", new GuidelineSeenRequest(before.Version), Cancel);
        using var second = await engineer.PutAsJsonAsync(path, new SaveGuidelineRequest("Be kind.\nBe exact.\nRead all."), Cancel);

        var after = await labeler.GetAsync<GuidelineView>($"guideline?project={project}", Cancel);
        var shown = await labeler.NextAsync(project, Cancel);

        Assert.Null(task.SeenGuidelineVersion);
        Assert.Empty(before.Changes);
        Assert.Equal(before.Version + 1, after.Version);
        Assert.Equal(before.Version, after.SeenVersion);
        Assert.Equal(before.Version, shown!.SeenGuidelineVersion);
        Assert.Equal(
            [("same", "Be kind."), ("removed", "Be brief."), ("added", "Be exact."), ("same", "Read all.")],
            after.Changes.Select(c => (c.Change, c.Text))
        );
        // Examples stay when only the text is saved.
        Assert.Equal("<p>It was <em>asked</em> so.</p>", Assert.Single(after.Examples).ExplanationHtml.Trim());
    }

    [Fact]
    public async Task A_question_is_answered_in_the_inbox_and_read_once()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        using var engineer = await server.ProgramOfAsync(Cancel, "engineer");
        using var asked = await labeler.PostAsync($"assignments/{task.AssignmentId}/ask", new AskRequest("Is *two* a joke?"), Cancel);
        var waiting = await engineer.GetFromJsonAsync<List<InquiryView>>($"/api/projects/{project}/inquiries?open=true", Cancel);
        var inquiry = Assert.Single(waiting!);

        using var answered = await engineer.PostAsJsonAsync(
            $"/api/projects/{project}/inquiries/{inquiry.Id}/answer",
            new AskRequest("Yes."),
            Cancel
        );
        var news = await labeler.GetAsync<InboxView>("inbox", Cancel);
        using var read = await labeler.PostAsync($"inbox/{inquiry.Id}/read", new { }, Cancel);
        var quiet = await labeler.GetAsync<InboxView>("inbox", Cancel);

        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Equal((1, 0), (news.UnreadCount, quiet.UnreadCount));
        Assert.Equal([false, true], quiet.Inquiries[0].Messages.Select(m => m.FromStaff));
        Assert.Empty((await engineer.GetFromJsonAsync<List<InquiryView>>($"/api/projects/{project}/inquiries?open=true", Cancel))!);
    }

    [Fact]
    public async Task Nobody_asks_about_or_reads_what_is_not_theirs()
    {
        var (labeler, task, _) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        using var asked = await labeler.PostAsync($"assignments/{task.AssignmentId}/ask", new AskRequest("Why?"), Cancel);
        var inquiry = (await asked.Content.ReadFromJsonAsync<InquiryView>(Cancel))!;
        var stranger = await Labeler.ArriveAsync(server, Cancel);

        using var foreignAsk = await stranger.PostAsync($"assignments/{task.AssignmentId}/ask", new AskRequest("Why?"), Cancel);
        using var foreignRead = await stranger.PostAsync($"inbox/{inquiry.Id}/read", new { }, Cancel);
        using var empty = await labeler.PostAsync($"assignments/{task.AssignmentId}/ask", new AskRequest("  "), Cancel);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], new[] { foreignAsk, foreignRead }.Select(r => r.StatusCode));
        Assert.Equal("invalid-message", (await empty.RefusalAsync(Cancel)).Code);
        Assert.Empty((await stranger.GetAsync<InboxView>("inbox", Cancel)).Inquiries);
    }
}
