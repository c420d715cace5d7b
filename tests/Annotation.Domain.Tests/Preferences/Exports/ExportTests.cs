using System.Text;
using System.Text.Json;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Exports;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Exports;

public sealed class ExportTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Tree =
        """{"prompt":{"role":"prompter","text":"Ä?","replies":[{"role":"assistant","text":"B","rank":1,"model_name":"m-1"},{"role":"assistant","text":"A","rank":0},{"role":"assistant","text":"C","rank":2}]}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rankings_go_out_and_in_again_without_any_loss()
    {
        var project = await postgres.ProjectAsync(Cancel, null, "truth");
        await ImportAsync(project, "oasst", Tree);
        await ImportAsync(
            project,
            "rankings",
            """{"prompt":[{"role":"system","content":"Be brief."},{"role":"user","content":"Q \"quoted\" \n 🙂"}],"completions":[{"id":"x","text":"one\ttab","model":"sft-1","settings":{"temperature":0.7,"topP":1},"seed":9007199254740993},{"id":"y","text":"two"},{"id":"z","text":"three"}],"criterion":"truth","ranks":{"x":1,"y":1,"z":2},"shown":["z","x","y"],"labeler":"ann@example.org","at":"2026-01-31T13:00:00.123456+01:00","activeMilliseconds":4200,"source":"campaign 7"}"""
        );
        await AnswerAsync(project);

        var first = await ExportAsync(project, "rankings");
        var copy = await postgres.ProjectAsync(Cancel);
        await ImportAsync(copy, "rankings", string.Join('\n', first.Lines));
        var second = await ExportAsync(copy, "rankings");

        // One of the tree, one of the campaign, one for each criterion that was answered here.
        Assert.Equal(4, first.Lines.Count);
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(first.Hash, second.Hash);
        var campaign = JsonDocument.Parse(first.Lines.Single(l => l.Contains("campaign 7"))).RootElement;
        Assert.Equal("2026-01-31T12:00:00.123456Z", campaign.GetProperty("at").GetString());
        Assert.Equal(
            ["three", "one\ttab", "two"],
            campaign.GetProperty("shown").EnumerateArray().Select(id => TextOf(campaign, id.GetString()!))
        );
        Assert.Equal(
            9007199254740993,
            campaign.GetProperty("completions").EnumerateArray().Single(c => c.TryGetProperty("seed", out _)).GetProperty("seed").GetInt64()
        );

        // And back into the project it came from, it is all there already.
        var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', first.Lines)));
        var report = await postgres.Get<ImportPreferences>().RunAsync(project, "rankings", "f", file, null, Cancel);
        Assert.Equal((0, 4), (report.Value!.Landed, report.Value.Repeated));
    }

    [Fact]
    public async Task Formats_of_pairs_write_every_pair_of_the_overall_ranking_the_better_first()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await ImportAsync(project, "oasst", Tree);

        var trl = await ExportAsync(project, "trl");
        var hh = await ExportAsync(project, "hh-rlhf");

        Assert.Equal(
            ["A>B", "A>C", "B>C"],
            trl.Lines.Select(l => JsonDocument.Parse(l).RootElement)
                .Select(e => $"{e.GetProperty("chosen")[0].GetProperty("content")}>{e.GetProperty("rejected")[0].GetProperty("content")}")
                .Order()
        );
        Assert.Contains("""{"chosen":"\n\nHuman: Ä?\n\nAssistant: A","rejected":"\n\nHuman: Ä?\n\nAssistant: B"}""", hh.Lines);
        Assert.Equal(trl.Hash, hh.Hash);
        foreach (var (format, lines) in new[] { ("trl", trl.Lines), ("hh-rlhf", hh.Lines) })
        {
            var copy = await postgres.ProjectAsync(Cancel);
            Assert.Equal(3, (await ImportAsync(copy, format, string.Join('\n', lines))).Landed);
        }
    }

    [Fact]
    public async Task More_rankings_than_a_page_come_out_each_once()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var lines = Enumerable.Range(0, 1001).Select(i => $$"""{"prompt":"Q{{i}}","chosen":"good","rejected":"bad"}""");
        await ImportAsync(project, "trl", string.Join('\n', lines));

        var export = await ExportAsync(project, "rankings");

        Assert.Equal(1001, export.Lines.Distinct().Count());
    }

    [Theory]
    [InlineData("jsonl", """{"prompt":"Q","completion":"A"}""")]
    [InlineData("trl", """{"prompt":[{"role":"user","content":"Q"}],"completion":[{"role":"assistant","content":"A"}]}""")]
    public async Task Demonstrations_go_out_and_in_again(string format, string line)
    {
        var project = await postgres.ProjectAsync(Cancel);
        var file = new MemoryStream(Encoding.UTF8.GetBytes(line));
        await postgres.Get<ImportDemonstrations>().RunAsync(project, format, "d", file, null, Cancel);

        var export = (await postgres.Get<ExportDemonstrations>().RunAsync(project, format, Cancel)).Value!;

        Assert.Equal([line], await export.Lines.ToListAsync(Cancel));
        Assert.StartsWith("demonstrations@20", export.Snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_of_a_project_that_ranks_nothing_go_out_and_in_again_as_rankings_and_as_nothing_else()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var flags = new FlagsQuestion("flags") { Choices = FlagsQuestion.Usual };
        Assert.True((await postgres.Get<SaveQuestionnaire>().RunAsync(project, [flags], null, null, Cancel)).Succeeded);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding: [], Cancel)).Value!;
        var value = new FlagsAnswer(new Dictionary<Guid, IReadOnlyList<string>> { [claim.Completions[0].Id] = ["harmful"] });
        var answers = new Dictionary<string, AnswerValue> { ["flags"] = value };
        var submission = new Submission(claim.AssignmentId, person, claim.Version, Guid.NewGuid(), answers, 77);
        Assert.True((await postgres.Get<SubmitAnswers>().RunAsync(submission, Cancel)).Succeeded);

        var export = (await postgres.Get<ExportPreferences>().RunAsync(project, "rankings", null, null, Cancel)).Value!;
        var first = await ExportAsync(project, "rankings");
        var copy = await postgres.ProjectAsync(Cancel);
        await ImportAsync(copy, "rankings", string.Join('\n', first.Lines));
        var second = await ExportAsync(copy, "rankings");

        Assert.Contains("\"harmful\"", Assert.Single(first.Lines), StringComparison.Ordinal);
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal($"answers@{export.ContentHash[..12]}", export.Snapshot);
        var pairs = await postgres.Get<ExportPreferences>().RunAsync(project, "trl", null, null, Cancel);
        Assert.Equal(
            "None of the project's 1 answers orders completions, so there is nothing to write as trl; "
                + "export them as rankings, which says every answer.",
            pairs.Refusal!.Sentence
        );
    }

    [Fact]
    public async Task An_unknown_format_or_an_empty_project_is_refused()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var unknown = await postgres.Get<ExportPreferences>().RunAsync(project, "oasst", null, null, Cancel);
        var empty = await postgres.Get<ExportDemonstrations>().RunAsync(project, "trl", Cancel);

        Assert.Equal(
            "Unknown format 'oasst' for preferences; use one of hh-rlhf, trl, rankings, openrlhf, kto.",
            unknown.Refusal!.Sentence
        );
        Assert.Equal("no-demonstrations", empty.Refusal!.Code);
    }

    private async Task AnswerAsync(Guid project)
    {
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b", "c");
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding: [], Cancel)).Value!;
        var ranks = claim.Completions.Zip([1, 2, 2]).ToDictionary(p => p.First.Id, p => p.Second);
        var answers = claim.Criteria.ToDictionary(c => c.Key, AnswerValue (_) => new RankingAnswer(ranks));
        var submitted = await postgres
            .Get<SubmitAnswers>()
            .RunAsync(new Submission(claim.AssignmentId, person, claim.Version, Guid.NewGuid(), answers, 77), Cancel);
        Assert.True(submitted.Succeeded);
    }

    private async Task<ImportReport> ImportAsync(Guid project, string format, string text)
    {
        var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var outcome = await postgres.Get<ImportPreferences>().RunAsync(project, format, "f", file, null, Cancel);
        Assert.True(outcome.Succeeded, outcome.Refusal?.Sentence);
        Assert.Empty(outcome.Value.Rejected);
        return outcome.Value;
    }

    private async Task<(List<string> Lines, string Hash)> ExportAsync(Guid project, string format)
    {
        var export = (await postgres.Get<ExportPreferences>().RunAsync(project, format, null, null, Cancel)).Value!;
        return (await export.Lines.ToListAsync(Cancel), export.ContentHash);
    }

    private static string TextOf(JsonElement line, string id) =>
        line.GetProperty("completions")
            .EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == id)
            .GetProperty("text")
            .GetString()!;
}
