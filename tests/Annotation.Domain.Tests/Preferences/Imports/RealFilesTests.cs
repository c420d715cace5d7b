using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Imports;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Imports;

/// <summary>Imports of public data sets. Needs ANNOTATION_DATA, a folder that holds them; skipped without.</summary>
public sealed class RealFilesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    // Rejected: four rows in each in which one of the two replies is empty.
    [InlineData("hh-rlhf/helpful.dev.jsonl.gz", 1882, 4)]
    [InlineData("hh-rlhf/harmless.dev.jsonl.gz", 1814, 4)]
    public async Task Every_row_of_hh_rlhf_lands_or_is_reported_and_a_second_import_adds_nothing(string file, int landed, int rejected)
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, "hh-rlhf", file);
        var again = await ImportAsync(project, "hh-rlhf", file);

        Assert.Equal((landed, 0, rejected), (report.Landed, report.Repeated, report.Rejected.Count));
        Assert.All(report.Rejected, r => Assert.Matches("^field '(chosen|rejected)' is empty$", r.Reason));
        Assert.Equal((0, landed, rejected), (again.Landed, again.Repeated, again.Rejected.Count));
        var set = (await postgres.Get<FreezePreferenceSet>().RunAsync(project, null, Cancel)).Value!;
        Assert.Equal(landed, set.RankingCount);
    }

    [Fact]
    public async Task Eighty_trees_are_173_rankings_of_2_to_9_completions_from_which_580_pairs_can_be_drawn()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, "oasst", "oasst-trees/trees.dev.jsonl.gz");

        Assert.Empty(report.Rejected);
        Assert.Equal(173, report.Landed);
        await using var db = postgres.CreateContext();
        var rankings = await db
            .Rankings.Include(r => r.Items)
            .Where(r => r.ProjectId == project)
            .Select(r => r.Items.Select(i => i.Rank).ToList())
            .ToListAsync(Cancel);
        Assert.Equal((2, 9), (rankings.Min(r => r.Count), rankings.Max(r => r.Count)));
        Assert.All(rankings, r => Assert.Equal(1, r.Min()));
        Assert.Equal(580, rankings.Sum(r => r.Sum(better => r.Count(worse => better < worse))));
    }

    [Fact]
    public async Task The_best_path_of_every_tree_is_demonstrated()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await using var file = Open("oasst-trees/trees.dev.jsonl.gz");

        var report = await postgres.Get<ImportDemonstrations>().RunAsync(project, "oasst", "trees.dev.jsonl.gz", file, null, Cancel);

        Assert.Empty(report.Value!.Rejected);
        Assert.True(report.Value.Landed >= 80);
    }

    [Theory]
    // Rejected: 54 pairs with an empty response. Three verdicts each.
    [InlineData("pandalm", "pandalm/testset-v1.json.gz", 2835, 54, "^field 'response[12]' is empty$")]
    // Rejected: 24 pairs of two models that wrote the same. A strength and an acceptability each.
    [InlineData("tulu", "tulu-human-eval/annotations.dev.jsonl.gz", 1572, 24, "^both completions have the same text$")]
    [InlineData("llmbar", "mt-bench/pairs200.json.gz", 200, 0, "")]
    public async Task Every_row_of_a_campaign_lands_or_is_reported_and_comes_out_as_it_went_in(
        string format,
        string file,
        int landed,
        int rejected,
        string reason
    )
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, format, file);
        var again = await ImportAsync(project, format, file);

        Assert.Equal((landed, rejected), (report.Landed + report.Repeated, report.Rejected.Count));
        Assert.Equal((0, landed, rejected), (again.Landed, again.Repeated, again.Rejected.Count));
        Assert.All(report.Rejected, r => Assert.Matches(reason, r.Reason));
        var first = await ExportAsync(project, "rankings");
        var copy = await postgres.ProjectAsync(Cancel);
        await using var lines = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', first)));
        var copied = await postgres.Get<ImportPreferences>().RunAsync(copy, "rankings", "f", lines, null, Cancel);
        Assert.Empty(copied.Value!.Rejected);
        Assert.Equal(first, await ExportAsync(copy, "rankings"));
        foreach (var shape in new[] { "trl", "openrlhf", "hh-rlhf", "kto" })
        {
            Assert.NotEmpty(await ExportAsync(project, shape));
        }
    }

    [Fact]
    public async Task Votes_without_the_texts_that_they_are_about_are_refused_by_name()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await using var file = Open("mt-bench/human-votes.turn1.jsonl.gz");

        var outcome = await postgres.Get<ImportPreferences>().RunAsync(project, "mt-bench", "votes.jsonl.gz", file, null, Cancel);

        Assert.Equal(
            "votes.jsonl.gz: none of 1689 rows can be imported; line 1: field 'conversation_a' is missing: the vote comes without the texts that it is about; take the rows of mt_bench_human_judgments with their conversations, or pairs with texts as llmbar.",
            outcome.Refusal!.Sentence
        );
    }

    private async Task<List<string>> ExportAsync(Guid project, string format)
    {
        var export = (
            await postgres.Get<Annotation.Domain.Preferences.Exports.ExportPreferences>().RunAsync(project, format, null, null, Cancel)
        ).Value!;
        return await export.Lines.ToListAsync(Cancel);
    }

    private async Task<ImportReport> ImportAsync(Guid project, string format, string path)
    {
        await using var file = Open(path);
        var outcome = await postgres.Get<ImportPreferences>().RunAsync(project, format, Path.GetFileName(path), file, null, Cancel);
        Assert.True(outcome.Succeeded, outcome.Refusal?.Sentence);
        return outcome.Value;
    }

    private static FileStream Open(string path)
    {
        var folder = Environment.GetEnvironmentVariable("ANNOTATION_DATA");
        Assert.SkipUnless(Directory.Exists(folder), "ANNOTATION_DATA names no folder with the public data sets.");
        return File.OpenRead(Path.Combine(folder, path));
    }
}
