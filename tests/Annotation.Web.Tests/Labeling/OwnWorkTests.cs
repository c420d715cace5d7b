using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain.Labeling;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>Drafts, undo, history, recordings, session and timesheet of a labeler, over HTTP.</summary>
public sealed class OwnWorkTests(WebServer server) : IClassFixture<WebServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_draft_comes_back_with_the_task_and_the_higher_revision_wins()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        var path = $"assignments/{task.AssignmentId}/draft";

        using var second = await labeler.PutAsync(path, Draft(2, """{"ranks":["b"],"text":"später"}"""), Cancel);
        using var first = await labeler.PutAsync(path, Draft(1, """{"ranks":["a"]}"""), Cancel);
        using var repeated = await labeler.PutAsync(path, Draft(2, """{"ranks":["b"],"text":"später"}"""), Cancel);
        using var stranger = await server.ProgramOfAsync(Cancel);
        using var foreign = await stranger.PutAsJsonAsync("/api/labeling/" + path, Draft(9, "1"), Cancel);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.NotFound],
            new[] { second, first, repeated, foreign }.Select(r => r.StatusCode)
        );
        Assert.Equal("draft-taken", (await first.RefusalAsync(Cancel)).Code);
        var shown = (await labeler.NextAsync(project, Cancel))!.Draft!;
        Assert.Equal((2, """{"ranks":["b"],"text":"später"}"""), (shown.Revision, shown.Content.GetRawText()));
    }

    [Fact]
    public async Task Undo_takes_a_submit_back_once_and_in_time_and_the_answers_come_back()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        var answers = Ranks(task, 1, 2);
        using var submitted = await labeler.SubmitAsync(task, answers, Cancel);
        var undoPath = $"assignments/{task.AssignmentId}/undo";

        using var undone = await labeler.PostAsync(undoPath, new UndoRequest(task.LeaseVersion), Cancel);
        using var twice = await labeler.PostAsync(undoPath, new UndoRequest(task.LeaseVersion), Cancel);
        using var late = await labeler.SubmitAsync(task, answers, Cancel);

        var reopened = (await undone.Content.ReadFromJsonAsync<TaskView>(Labeler.Json, Cancel))!;
        Assert.Equal(task.LeaseVersion + 1, reopened.LeaseVersion);
        Assert.Equal(((RankingValue)answers["overall"]).Ranks, ((RankingValue)reopened.Answers!["overall"]).Ranks);
        // The version before the undo holds nothing any more: neither a second undo nor a submit from another tab.
        Assert.Equal([HttpStatusCode.Conflict, HttpStatusCode.Conflict], new[] { twice, late }.Select(r => r.StatusCode));
        await using (var db = server.Postgres.CreateContext())
        {
            var row = await db.LabelingTasks.SingleAsync(t => t.ProjectId == project, Cancel);
            Assert.Equal((0, null), (row.JudgementCount, row.ClosedAt));
            Assert.Equal(0, await db.Rankings.Live(db).CountAsync(r => r.ProjectId == project, Cancel));
            Assert.Equal(1, await db.Rankings.CountAsync(r => r.ProjectId == project, Cancel));
        }

        using var again = await labeler.SubmitAsync(reopened, Ranks(task, 2, 1), Cancel);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await using var after = server.Postgres.CreateContext();
        Assert.Equal(1, (await after.LabelingTasks.SingleAsync(t => t.ProjectId == project, Cancel)).JudgementCount);
        Assert.Equal(1, await after.Rankings.Live(after).CountAsync(r => r.ProjectId == project, Cancel));
    }

    [Fact]
    public async Task A_correction_is_listed_cannot_be_undone_and_leaves_one_live_judgement()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        using var first = await labeler.SubmitAsync(task, Ranks(task, 1, 2), Cancel);
        var found = await labeler.GetAsync<TaskView>($"assignments/{task.AssignmentId}", Cancel);
        Assert.NotNull(found.UndoUntil);

        using var corrected = await labeler.SubmitAsync(
            found,
            new Dictionary<string, AnswerValueRow> { ["overall"] = new RankingValue(new Dictionary<Guid, int>()) { Incomparable = true } },
            Cancel
        );
        using var undone = await labeler.PostAsync($"assignments/{task.AssignmentId}/undo", new UndoRequest(task.LeaseVersion), Cancel);

        Assert.Null((await corrected.Content.ReadFromJsonAsync<SubmitResult>(Cancel))!.UndoUntil);
        Assert.Equal("undo-too-late", (await undone.RefusalAsync(Cancel)).Code);
        var own = Assert.Single(await labeler.GetAsync<List<OwnJudgementRow>>($"history?project={project}", Cancel));
        Assert.Equal((task.AssignmentId, "submitted", 1, null), (own.AssignmentId, own.State, own.CorrectionCount, own.UndoUntil));
        await using var db = server.Postgres.CreateContext();
        // The correction ranks nothing, and what it corrects does not count any more.
        Assert.Equal(0, await db.Rankings.Live(db).CountAsync(r => r.ProjectId == project, Cancel));
        Assert.Equal(1, await db.Answers.Live(db).CountAsync(a => a.AssignmentId == task.AssignmentId, Cancel));
    }

    [Fact]
    public async Task The_labeler_sees_everything_recorded_and_nobody_else_does()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);
        using var submitted = await labeler.SubmitAsync(
            task,
            Ranks(task, 1, 2),
            Cancel,
            new InteractionRow(1200, 3, "keyboard", 1440, 900)
        );

        var record = Assert.Single(await labeler.GetAsync<List<OwnRecordRow>>($"assignments/{task.AssignmentId}/records", Cancel));
        var session = await labeler.GetAsync<SessionView>("session", Cancel);
        var day = Assert.Single(await labeler.GetAsync<List<TimesheetRow>>("timesheet", Cancel));
        using var other = await server.ProgramOfAsync(Cancel, "engineer");
        var foreign = await other.GetFromJsonAsync<List<OwnRecordRow>>($"/api/labeling/assignments/{task.AssignmentId}/records", Cancel);
        using var lookedUp = await other.GetAsync($"/api/labeling/assignments/{task.AssignmentId}", Cancel);
        var signals = await other.GetStringAsync($"/api/projects/{project}/signals", Cancel);

        Assert.Equal(
            (5000, 1200, 3, "keyboard", 1440, 900),
            (
                record.ActiveMilliseconds,
                record.FirstInteractionMilliseconds,
                record.ChangeCount,
                record.InputDevice,
                record.ViewportWidth,
                record.ViewportHeight
            )
        );
        Assert.Equal(task.Completions.Select(c => c.Id), record.ShownOrder);
        Assert.Equal((1, 5000, 5000), (session.SubmitCount, session.ActiveMilliseconds, session.MedianActiveMilliseconds));
        Assert.Equal((1, 0, 5000), (day.SubmitCount, day.SkipCount, day.ActiveMilliseconds));
        Assert.Empty(foreign!);
        Assert.Equal(HttpStatusCode.NotFound, lookedUp.StatusCode);
        using var json = JsonDocument.Parse(signals);
        Assert.Equal(
            ["judgementCount", "labeler", "personId", "signals"],
            json.RootElement[0].EnumerateObject().Select(p => p.Name).Order()
        );
    }

    [Fact]
    public async Task Settings_are_kept_and_wrong_ones_are_refused()
    {
        var labeler = await Labeler.ArriveAsync(server, Cancel);
        var page = JsonElement.Parse("""{"keys":{"submit":"Enter"}}""");

        using var saved = await labeler.PutAsync("settings", new LabelerSettings(["de", "pt-BR"], ["violence"], page), Cancel);
        using var wrong = await labeler.PutAsync("settings", new LabelerSettings(["klingon!"], []), Cancel);

        var settings = await labeler.GetAsync<LabelerSettings>("settings", Cancel);
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Assert.Equal(["de", "pt-br"], settings.Languages);
        Assert.Equal(["violence"], settings.OptedOut);
        Assert.Equal("Enter", settings.Page!.Value.GetProperty("keys").GetProperty("submit").GetString());
        Assert.Contains("klingon!", (await wrong.RefusalAsync(Cancel)).Sentence, StringComparison.Ordinal);
    }

    private static object Draft(long revision, string content) => new { revision, content = JsonElement.Parse(content) };

    private static Dictionary<string, AnswerValueRow> Ranks(TaskView task, params int[] ranks) =>
        new() { ["overall"] = new RankingValue(task.Completions.Zip(ranks).ToDictionary(p => p.First.Id, p => p.Second)) };
}
